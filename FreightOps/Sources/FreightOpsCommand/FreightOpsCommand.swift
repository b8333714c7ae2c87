import ArgumentParser
import FreightOps

@main
struct FreightOpsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freightops",
        abstract: "FreightOps Pro, a freight-dispatch application.",
        discussion: "Settings come from the environment: DATABASE_URL and RELEASE_VERSION, and PORT for serve.",
        subcommands: [ServeCommand.self, WorkerCommand.self, SchedulerCommand.self, SeedCommand.self]
    )
}
