import ArgumentParser
import Audit
import ControlPlane
import Foundation
import Logging

/// `switchyard witness`
struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Remembers how far audit records have come, and cosigns what continues them.",
        discussion: """
            Run it on another host than Switchyard, or under another account: whoever could put an older or another \
            record in the place of this one must not be able to change what is remembered here. It speaks C2SP's \
            tlog-witness over HTTP, without a secret; 'switchyard audit cosign' asks it. At its first start it makes a key \
            and says its public part, which belongs beside the records that it watches.
            """
    )

    @Argument(help: "A folder of its own, made where it is missing.", completion: .directory)
    var folder: String
    @Option(
        help: ArgumentHelp(
            "A file with the public key of a record that it watches (log.vkey in an export); may be repeated.",
            valueName: "file"), completion: .file())
    var log: [String]
    @Option(help: ArgumentHelp("The name that it signs with.", valueName: "name"))
    var name = "switchyard-witness"
    @Option(help: ArgumentHelp("Where it listens.", valueName: "address:port"))
    var listen = "127.0.0.1:7443"

    func validate() throws {
        guard !log.isEmpty else { throw ValidationError("Name at least one record with '--log'.") }
        guard !name.isEmpty, !name.contains(where: { $0 == "+" || $0.isWhitespace }) else {
            throw ValidationError("'--name' takes a name without blanks and '+'.")
        }
    }

    func run() async throws {
        let logger = Logger(label: "switchyard-witness") { StreamLogHandler.standardError(label: $0) }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let key = try NoteSigningKey.openOrMake(
                path: "\(folder)/witness.key", name: name, algorithm: .cosignature)
            let witness = try Witness(folder: "\(folder)/seen", key: key, logs: log.map(AuditFiles.key))
            Terminal.say("\(witness.verifierKey)")
            try await WitnessServer(witness, listen: listen, logger: logger).run()
        } catch let error as AuditError {
            throw CommandExit(.unusable, "\(error)")
        }
    }
}
