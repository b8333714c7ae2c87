import ArgumentParser
import ControlPlane
import Glibc
import Runtimes

/// `switchyard deliver`: becomes a process that has its secrets, which it opens itself.
///
/// Service folders and one-off commands start with it; it needs neither a control plane nor a database.
struct DeliverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver", abstract: "Starts a process with its secrets; used by services and commands.",
        shouldDisplay: false)

    @Flag(help: "Give it a session of its own.")
    var session = false
    @Flag(help: "Remove the file when it was read, and end as a shell does where nothing can be started.")
    var once = false
    @Argument(help: "The file that says what is started.")
    var file: String

    /// What supervisors take for a program that cannot be started; see chpst(8).
    private static let notStarted: Int32 = 111

    func run() throws {
        do {
            try VariableDelivery.start(file: file, isOnce: once, inSession: session)
        } catch {
            Terminal.complain("\(error)")
            let code = (error as? ProcessStart.NotStarted)?.exitCode ?? 126
            throw ExitCode(once ? code : Self.notStarted)
        }
    }
}
