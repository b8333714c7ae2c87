import ArgumentParser
import Foundation
import Migrations

/// `switchyard migration status DIR`
struct MigrationStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what of a folder of migrations is applied to a database.",
        discussion: """
            Ends with 1 where a file was edited after it was applied, the schema was changed by hand, or an index is \
            invalid.
            """
    )

    @OptionGroup var folder: MigrationFolderArgument
    @OptionGroup var database: MigrationDatabaseOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let status = try await CommandExit.migrating {
            try await MigrationExecutor(address: database.address()).status(of: folder.migrations())
        }
        if json { try Terminal.sayJSON(status) } else { show(status) }
        if status.hasDrifted { throw CommandExit(.wentWrong) }
    }

    private func show(_ status: MigrationStatus) {
        var table = TextTable("MIGRATION", "PHASE", "STATE", "WHEN", "RELEASE", "BY")
        for migration in status.migrations {
            for step in migration.steps {
                table.add(
                    migration.name, step.phase.rawValue, step.words, step.appliedAt?.formatted(.iso8601) ?? "",
                    step.release ?? "", step.author ?? "")
            }
        }
        table.lines.forEach(Terminal.say)
        for name in status.unknown { Terminal.say("\(name) is applied, and this folder does not have it.") }
        if !status.changedByHand.isEmpty {
            Terminal.say("Changed by hand since the last run (see 'switchyard migration accept --help'):")
            status.changedByHand.forEach { Terminal.say("  \($0)") }
        }
        for index in status.invalidIndexes {
            Terminal.say("The index \(index) is invalid: drop it, or run the migration that builds it.")
        }
    }
}

extension MigrationStatus.Step {
    fileprivate var words: String {
        if let doneRows { return "\(state.rawValue), \(doneRows) rows" }
        if let doneStatements { return "\(state.rawValue), \(doneStatements) statements" }
        return state.rawValue
    }
}
