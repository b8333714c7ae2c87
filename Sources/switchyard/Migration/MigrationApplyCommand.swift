import ArgumentParser
import Domain
import Migrations

/// `switchyard migration apply DIR`
struct MigrationApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Runs what is pending of a folder of migrations, so that nobody waits.",
        discussion: """
            Locks are asked for when they can be had. It may be interrupted anywhere: the next run continues.
            """
    )

    @OptionGroup var folder: MigrationFolderArgument
    @OptionGroup var database: MigrationDatabaseOptions
    @OptionGroup var change: MigrationChangeOptions
    @Option(help: ArgumentHelp("Which steps of the migrations are run.", valueName: "phase"))
    var phase = MigrationPhase.expand
    @Option(
        help: ArgumentHelp("The part of the time in which a backfill works, in percent.", valueName: "percent"))
    var share = 100
    @Flag(help: "Run migrations that are older than what is applied, as they come from branches.")
    var allowOutOfOrder = false
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard phase != .revert else { throw ValidationError("To revert, run 'switchyard migration revert'.") }
        guard (1...100).contains(share) else { throw ValidationError("'--share' takes 1 to 100.") }
    }

    private struct Outcome: Encodable {
        let phase: MigrationPhase
        let applied: [String]
    }

    func run() async throws {
        var limits = BackfillLimits()
        limits.share = Double(share) / 100
        let names = try await CommandExit.migrating {
            try await change.executor(at: database.address(), backfillLimits: limits).apply(
                folder.migrations(), phase, cause: change.cause, allowsOutOfOrder: allowOutOfOrder)
        }
        if json { return try Terminal.sayJSON(Outcome(phase: phase, applied: names.map(\.rawValue))) }
        if names.isEmpty { return Terminal.say("Nothing is pending: the database has every \(phase.rawValue) step.") }
        Terminal.say("Applied the \(phase.rawValue) of \(names.map(\.rawValue).joined(separator: ", ")).")
    }
}

extension MigrationPhase: ExpressibleByArgument {
    /// 'migration revert' is a command of its own.
    package static var allValueStrings: [String] { allCases.filter { $0 != .revert }.map(\.rawValue) }
}
