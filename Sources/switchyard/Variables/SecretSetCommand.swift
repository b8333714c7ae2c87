import API
import ArgumentParser
import Foundation
import Runtimes

/// `switchyard secret set`
struct SecretSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Gives a secret a value, from a prompt, standard input or a file.",
        discussion: "One newline at its end is not part of the value.")

    @Argument(help: "The secret's name, as processes find it in their environment.")
    var name: String
    @OptionGroup var environment: EnvironmentOption
    @Option(help: ArgumentHelp("Take the value from this file; '-' is standard input.", valueName: "path"))
    var file: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func validate() throws {
        guard !name.contains("=") else {
            throw ValidationError(
                "Give the name alone: an argument can be read by everybody on this machine, so the value comes from a "
                    + "prompt, standard input or '--file'.")
        }
    }

    func run() async throws {
        CoreDumps.forbidLooking()
        let client = try state.client()
        let place = try await environment.resolve(with: client)
        let value = try SecretValue.read(from: file, named: name)
        let written = try await client.set(
            SecretsRequest(values: [name: value], requestedBy: Requester.name), in: place)
        if json { return try Terminal.sayJSON(written) }
        SecretText.say(written)
    }
}

/// What became of secrets, for people.
enum SecretText {
    static func say(_ written: [SecretWritten]) {
        for secret in written {
            let outcome = secret.outcome == "unchanged" ? "has that value already" : secret.outcome
            Terminal.say("\(secret.name): \(outcome), version \(secret.version), fingerprint \(secret.fingerprint)")
            for warning in secret.warnings { Terminal.complain(warning) }
        }
        if written.contains(where: { $0.outcome != "unchanged" }) {
            Terminal.narrate("Releases get it when they are deployed; those that run go on with what they have.")
        }
    }

    /// A line for each that would differ.
    static func lines(of differences: [SecretDifference]) -> [String] {
        differences.map { change in
            switch (change.before, change.after) {
            case (nil, let after?): "+ \(change.name)  \(after)"
            case (let before?, let after?): "~ \(change.name)  \(before) -> \(after)"
            default: "- \(change.name)  \(change.before ?? "")"
            }
        }
    }
}
