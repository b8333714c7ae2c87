import ArgumentParser
import ControlPlane

/// `switchyard redact`: passes a process's output on to what writes it, without the secrets.
struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact", abstract: "Takes secrets out of a log before it is written; used by services.",
        shouldDisplay: false)

    @Option(help: "The file of the keys.")
    var keyRing: String
    @Option(help: "The file of what must not be passed on.")
    var known: String
    @Argument(parsing: .postTerminator, help: "What writes the log, with its arguments.")
    var writer: [String]

    func run() throws {
        var log = RedactedLog(known: known, keyRing: keyRing, writer: writer)
        try log.run()
    }
}
