import ArgumentParser
import FreightOps

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Send reminders and do the work of the background."
    )

    func run() async throws {
        try await WorkerProcess(Settings.load()).run()
    }
}
