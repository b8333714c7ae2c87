import ArgumentParser
import ControlPlane
import Domain
import Foundation
import Migrations
import Postgres
import Settings

/// `switchyard migration capture NAME --database URL -- COMMAND`
struct MigrationCaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Runs a framework's migrator on a copy of the database, and writes down the SQL that it sends.",
        discussion: """
            switchyard migration capture add_notes -- python manage.py migrate

            The command runs in this folder, with DATABASE_URL and the PG* variables leading to a clone with all rows on a \
            server of its own. What it committed there, also the framework's own notes of what is applied, becomes \
            expand.sql and contract.sql, and is played on another copy, which must come to the same. The database is \
            only read. Tried with Django and Alembic; Rails and Prisma go the same way and were not tried.
            """
    )

    @Argument(help: "What it does, in lower-case words with underscores.")
    var name: String
    @OptionGroup var database: MigrationDatabaseOptions
    @Option(name: .customLong("dir"), help: "The folder of migrations.", completion: .directory)
    var folder = "migrations"
    @Option(help: ArgumentHelp("Where the backup and the clone are kept meanwhile.", valueName: "folder"))
    var scratch = NSTemporaryDirectory()
    @Option(
        help: ArgumentHelp("End the command after this time: 30s, 15m, 2h.", valueName: "time"),
        transform: { text in
            guard let milliseconds = Quantity.milliseconds(text), milliseconds > 0 else {
                throw ValidationError("'\(text)' is no time: write 30s, 15m or 2h.")
            }
            return .milliseconds(milliseconds)
        })
    var timeLimit: Duration = .seconds(600)
    @Flag(help: "Print JSON.")
    var json = false
    @Argument(parsing: .postTerminator, help: "The migrator and its arguments, after '--'.")
    var command: [String]

    func validate() throws {
        guard !command.isEmpty else { throw ValidationError("Give the migrator's command after '--'.") }
        guard MigrationName(rawValue: "20000101000000_\(name)")?.isOwn == true else {
            throw ValidationError("\(ScaffoldError.name(name))")
        }
    }

    func run() async throws {
        let address = try database.address()
        let time = Date()
        do {
            guard let outcome = try await capture(from: address, at: time) else { return try sayNothing() }
            let path = try MigrationDraft.write(outcome.steps, named: name, in: folder, at: time)
            try say(Captured(path, outcome))
        } catch let error as CaptureError {
            throw CommandExit(error.isCommands ? .wentWrong : .unusable, "\(error)")
        } catch let error as RehearsalError {
            throw CommandExit(.unusable, "\(error)")
        } catch {
            throw CommandExit(migrating: error)
        }
    }

    private func capture(from address: PostgresAddress, at time: Date) async throws -> CaptureStage.Outcome? {
        let place = URL(filePath: scratch).appending(
            path: "switchyard-capture-\(UUID().uuidString.prefix(8).lowercased())"
        ).path
        let stage = CaptureStage(folder: place, database: address, progress: { Terminal.narrate($0) })
        let process = MigratorProcess(command: command, timeLimit: timeLimit)
        let origin = CapturedMigration.Origin(command: command, time: time)
        return try await Interruption.ending {
            try await stage.capture(origin, command: process.name) { try await process.run(with: $0) }
        }
    }

    private func sayNothing() throws {
        if json { return try Terminal.sayJSON(Captured()) }
        Terminal.say("'\(command.joined(separator: " "))' changed nothing, so there is nothing to write down.")
    }

    private func say(_ captured: Captured) throws {
        if json { return try Terminal.sayJSON(captured) }
        captured.files.forEach(Terminal.say)
        captured.notes.forEach { Terminal.narrate($0) }
    }
}

/// What the command made; nothing where the migrator changed nothing.
private struct Captured: Encodable {
    var folder: String?
    var files: [String] = []
    var statements = 0
    var notes: [String] = []

    init() {}

    init(_ path: String, _ outcome: CaptureStage.Outcome) {
        folder = path
        files = MigrationPhase.allCases.filter { outcome.steps[$0] != nil }.map { "\(path)/\($0.file)" }
        statements = outcome.captured.statements.count
        let rows = outcome.captured.rowStatements.count
        if rows > 0 {
            notes.append(
                "Statements that write rows, with the values of now: \(rows). Apply them soon, or write a backfill instead."
            )
        }
        if outcome.arrangement == .contractOnly, outcome.steps[.contract] != nil {
            notes.append(
                "All of it is in contract.sql: it only takes away, or what it adds depends on what it takes away before."
            )
        }
        if !outcome.otherValues.isEmpty {
            notes.append(
                "Played again, the rows of \(outcome.otherValues.joined(separator: ", ")) get other values (now() and "
                    + "its like).")
        }
    }
}

extension CaptureError {
    /// Whether the migrator is to blame and not what it was given.
    fileprivate var isCommands: Bool {
        switch self {
        case .commandFailed, .tookTooLong, .stillConnected: true
        default: false
        }
    }
}
