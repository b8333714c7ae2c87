import ArgumentParser
import ControlPlane
import Foundation
import Migrations
import Postgres

/// `switchyard migration rehearse DIR --database URL`
struct MigrationRehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Plays the pending migrations on a copy with all rows, and says what they would do to users.",
        discussion: """
            Backs the database up, restores the backup as a clone, and traces each statement on it: what it locks, \
            reads and rewrites, and for how long. Then it tries the way back, and the running release's statements on \
            the new schema. The database is only read; the clone and everything else is removed at the end. \
            Works with any PostgreSQL 15 or newer.
            """
    )

    @OptionGroup var folder: MigrationFolderArgument
    @Option(
        help: ArgumentHelp(
            "The database, as a postgres:// URL; DATABASE_URL when it is left out.", valueName: "url"))
    var database: String?
    @Option(
        help: ArgumentHelp(
            "A server for the clone, as the URL of one of its databases; 'auto' starts one on this machine.",
            valueName: "url"))
    var clone = "auto"
    @Option(
        help: ArgumentHelp(
            "Statements that the running release sends, as SQL, beside those in pg_stat_statements.",
            valueName: "file"),
        completion: .file())
    var statements: String?
    @Option(
        help: ArgumentHelp(
            "For how long a statement may keep users from reading or writing, in milliseconds.", valueName: "ms"))
    var budget = 50
    @Option(help: ArgumentHelp("Where the backup and the clone are kept meanwhile.", valueName: "folder"))
    var scratch = NSTemporaryDirectory()
    @OptionGroup var reporting: ReportingOptions

    func validate() throws {
        guard budget > 0 else { throw ValidationError("--budget must be at least 1 ms.") }
    }

    func run() async throws {
        let url = database ?? ProcessInfo.processInfo.environment["DATABASE_URL"]
        if let check = await unusableCheck(url) { return try reporting.publish(check) }
        guard let url else {
            throw CommandExit(.unusable, "There is no database to rehearse for: name one with --database.")
        }
        let report = try await rehearse(url)
        if !reporting.json { report.lines.forEach(Terminal.say) }
        let migrations = try MigrationFolder.read(folder.path, parser: PgQueryParser())
        let findings = MigrationReport(folder: folder.path, migrations: migrations, findings: report.findings)
        try reporting.publish(findings, answer: RehearsalAnswer(findings: findings, rehearsal: report))
    }

    /// What cannot be used of the folder; nil where there is nothing, or only in what is applied already.
    private func unusableCheck(_ url: String?) async -> MigrationReport? {
        let check = MigrationCheck().check(folder: folder.path)
        guard check.outcome == .unusable else { return nil }
        guard let url, let address = try? PostgresAddress(url: url),
            let migrations = try? MigrationFolder.read(folder.path, parser: PgQueryParser()),
            let status = try? await MigrationExecutor(address: address).status(of: migrations)
        else { return check }
        let pending = migrations.filter { status.isPending($0.name) }
        let rest = MigrationReport(
            folder: folder.path, migrations: migrations, findings: MigrationCheck().findings(in: pending))
        return rest.outcome == .unusable ? rest : nil
    }

    /// Whatever keeps the rehearsal from taking place is unusable input.
    private func rehearse(_ url: String) async throws -> RehearsalReport {
        do {
            let address = try PostgresAddress(url: url)
            // What 'apply' would refuse is said before the long work.
            _ = try await MigrationExecutor(address: address).pending(
                MigrationFolder.read(folder.path, parser: PgQueryParser()))
            let place =
                "\(scratch.hasSuffix("/") ? String(scratch.dropLast()) : scratch)/switchyard-rehearsal-"
                + UUID().uuidString.prefix(8).lowercased()
            let stage = RehearsalStage(
                folder: place, database: address, server: try clone == "auto" ? nil : PostgresAddress(url: clone),
                progress: { Terminal.narrate($0) })
            return try await Interruption.ending {
                try await stage.play { try await rehearsal(on: $0, of: address) }
            }
        } catch let exit as CommandExit {
            throw exit
        } catch {
            throw CommandExit(.unusable, "\(error)")
        }
    }

    private func rehearsal(on clone: RehearsalStage.Clone, of address: PostgresAddress) async throws -> Rehearsal {
        var observed = ObservedStatements()
        if let statements { try observed.add(file: statements) }
        try await observed.addStatistics(of: address)
        let migrations = try MigrationFolder.read(folder.path, parser: PgQueryParser())
        var rehearsal = Rehearsal(migrations: migrations, database: clone.rehearsed, observed: observed)
        rehearsal.limits.budget = .milliseconds(budget)
        return rehearsal
    }
}

/// What `--json` prints.
private struct RehearsalAnswer: Encodable {
    let findings: MigrationReport
    let rehearsal: RehearsalReport
}

extension RehearsalReport {
    /// For people: what each statement took, the ways back, and how much of the running release was tried.
    fileprivate var lines: [String] {
        var table = TextTable("STATEMENT", "VERDICT", "TOOK", "LOCKS")
        for record in statements {
            let took = record.durationMilliseconds.formatted(.number.precision(.fractionLength(1)).grouping(.never))
            table.add("\(record.position)", record.verdict.rawValue, "\(took) ms", record.locks.joined(separator: ", "))
        }
        let ways = wayBack.sorted { $0.key < $1.key }.map { "Way back of \($0.key): \($0.value)" }
        let times = parts.map { "\($0.name) \(Duration.seconds($0.seconds).inWords)" }.joined(separator: ", ")
        let missing = notRehearsed.map { "\($0) was not rehearsed, because a statement before it fails." }
        return (statements.isEmpty ? ["Nothing is pending."] : table.lines) + ways + missing + [
            coverage.sentence, "It took: \(times).", "",
        ]
    }
}

extension RehearsalReport.Coverage {
    fileprivate var sentence: String {
        let tried = "\(statements) statements of the running release were tried on the new schema"
        if isComplete { return "\(tried)." }
        let reasons = unprepared + gaps + (statements == 0 && gaps.isEmpty ? ["none are known"] : [])
        return "\(tried); coverage is incomplete: \(reasons.joined(separator: "; "))"
    }

    /// How many statements cannot be prepared, and the first of them; `--json` has them all.
    private var unprepared: [String] {
        guard !unproved.isEmpty else { return [] }
        let first = unproved.prefix(RehearsalLimits.namedReasons).map { $0.onOneLine }
        let more = unproved.count > first.count ? ", …" : ""
        return ["\(unproved.count) cannot be prepared (\(first.joined(separator: ", "))\(more))"]
    }
}
