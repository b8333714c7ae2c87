import API
import ArgumentParser
import DurableFiles
import Foundation

/// `switchyard vpn ...`
struct VPNCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vpn", abstract: "Devices that may enter the VPN from which protected environments are called.",
        subcommands: [VPNPeerCommand.self])
}

/// `switchyard vpn peer ...`
struct VPNPeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Lets devices in until a time, lists them, shuts them out.",
        subcommands: [VPNPeerAddCommand.self, VPNPeerListCommand.self, VPNPeerRemoveCommand.self])
}

/// `switchyard vpn peer add NAME`
struct VPNPeerAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Lets a device in; its WireGuard configuration is written once.")

    @Argument(help: "The device's name: ana-laptop.")
    var name: String
    @Option(help: "Whose device it is; with the account, the device ends.")
    var account: String?
    @Option(help: "For how many days, at most 365.")
    var days = 90
    @Option(
        help: ArgumentHelp(
            "The file to write, for its owner only; the name and '.conf' by default, - prints it.", valueName: "file"))
    var output: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let file = output ?? "\(name).conf"
        // Before the peer is made: its key is answered once.
        if !json, file != "-", FileManager.default.fileExists(atPath: file) {
            throw CommandExit(.wentWrong, "\(file) is there already: name another file with --output.")
        }
        let added = try await connection.client().addPeer(PeerRequest(name: name, account: account, days: days))
        if json { return try Terminal.sayJSON(added) }
        if file == "-" { return Terminal.say(added.configuration) }
        try DurableFile.write(Data(added.configuration.utf8), to: file, mode: 0o600)
        Terminal.say(
            "'\(added.peer.name)' may enter as \(added.peer.address) until \(added.peer.expiresAt.formatted(.iso8601)); "
                + "its configuration for wg-quick is in \(file).")
    }
}

/// `switchyard vpn peer list`
struct VPNPeerListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the devices that may enter.")

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let peers = try await connection.client().peers()
        if json { return try Terminal.sayJSON(peers) }
        if peers.isEmpty { return Terminal.say("No device may enter.") }
        var table = TextTable("PEER", "ACCOUNT", "ADDRESS", "UNTIL", "PUBLIC KEY")
        for peer in peers {
            table.add(
                peer.name, peer.account ?? "", peer.address, peer.expiresAt.formatted(.iso8601), peer.publicKey)
        }
        table.lines.forEach(Terminal.say)
    }
}

/// `switchyard vpn peer remove NAME`
struct VPNPeerRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Shuts a device out.")

    @Argument(help: "The device's name.")
    var name: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let done = try await connection.client().removePeer(name)
        if json { return try Terminal.sayJSON(done) }
        Terminal.say(done.done)
    }
}
