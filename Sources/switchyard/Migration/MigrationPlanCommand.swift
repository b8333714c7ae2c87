import ArgumentParser
import Foundation
import Migrations

/// `switchyard migration plan DIR`
struct MigrationPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what applying a folder of migrations to a database would do, statement by statement.",
        discussion: """
            Changes nothing. The digest covers the statements and the catalog that they would run on. What each \
            statement would stop is measured by 'switchyard migration rehearse'. Ends with 1 where something stands in \
            the way.
            """
    )

    @OptionGroup var folder: MigrationFolderArgument
    @OptionGroup var database: MigrationDatabaseOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let plan = try await CommandExit.migrating {
            try await MigrationExecutor(address: database.address()).plan(folder.migrations())
        }
        if json { try Terminal.sayJSON(plan) } else { plan.lines.forEach(Terminal.say) }
        if !plan.obstacles.isEmpty { throw CommandExit(.dangerous) }
    }
}

extension MigrationPlan {
    fileprivate var lines: [String] {
        guard !steps.isEmpty else { return ["Nothing is pending."] + obstacles }
        let shown = steps.enumerated().flatMap { number, step in
            ["\(number + 1). \(step.phase.rawValue) of \(step.migration)\(step.remark)"]
                + step.statements.map { "     \($0.position)  \($0.mode.words)  \($0.text.firstLine)" }
        }
        return shown + obstacles.map { "! \($0)" } + ["Plan \(digest)"]
    }
}

extension MigrationPlan.Step {
    fileprivate var remark: String {
        switch phase {
        case .expand: hasRevert ? "; it can be reverted" : "; it has no revert"
        case .backfill: ", once the release that needs it is committed"
        case .contract: ", by itself, when no release uses what it takes away; only a backup brings it back"
        case .revert: ""
        }
    }
}

extension MigrationPlan.Mode {
    fileprivate var words: String {
        switch self {
        case .transaction: "in a transaction"
        case .alone: "by itself"
        case .batches: "in batches"
        }
    }
}

extension String {
    fileprivate var firstLine: String {
        let line = split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line == self ? line : "\(line) …"
    }
}
