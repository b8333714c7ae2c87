import ArgumentParser
import FreightOps

struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler", abstract: "Mark overdue loads; run only one of it."
    )

    func run() async throws {
        try await SchedulerProcess(Settings.load()).run()
    }
}
