import ArgumentParser
import ControlPlane
import Foundation
import Runtimes

/// `switchyard down`
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stops everything of a state folder: application, proxy, embedded database, supervisor tree.",
        discussion: "Users are not served until 'switchyard serve' starts it again, with the releases of now."
    )

    @Option(help: "How many seconds processes have to end by themselves.")
    var deadline = 40
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: StateOption

    func validate() throws {
        guard (1...3_600).contains(deadline) else { throw ValidationError("'--deadline' takes 1 to 3600 seconds.") }
    }

    func run() async throws {
        let folder = state.folder
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw CommandExit(.notFound, "There is no state folder \(folder.path).")
        }
        let tree = SupervisorTree(folder: folder.supervisor)
        guard await tree.isRunning() else { return try show(Report(state: folder.path, wasRunning: false)) }
        try await tree.stop(deadline: .seconds(deadline))
        try refuseLivingControlPlane(of: folder)
        try show(Report(state: folder.path, wasRunning: true))
    }

    /// What there was to stop.
    private struct Report: Encodable {
        let state: String
        let wasRunning: Bool
    }

    private func show(_ report: Report) throws {
        if json { return try Terminal.sayJSON(report) }
        Terminal.say(
            report.wasRunning ? "Everything of \(report.state) has stopped." : "Nothing of \(report.state) runs.")
    }

    /// A control plane that nobody supervises starts everything again within seconds.
    private func refuseLivingControlPlane(of folder: StateFolder) throws {
        do {
            try folder.lock()
        } catch ControlPlaneError.alreadyRunning {
            throw CommandExit(
                .wentWrong,
                "Everything of \(folder.path) was stopped, but 'switchyard serve' still runs and starts it again: end "
                    + "that first, then say 'down' again."
            )
        }
    }
}
