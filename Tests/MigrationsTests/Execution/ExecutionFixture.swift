import Domain
import Migrations
import Postgres
import Synchronization
import TestSupport

/// A database of a test's own, and what is needed to run migrations on it.
struct ExecutionFixture: Sendable {
    let connection: PostgresConnection
    let events = EventLog()
    var limits = ExecutionLimits()
    var backfillLimits = BackfillLimits()

    var address: PostgresAddress { connection.address }

    static func use(_ body: (ExecutionFixture) async throws -> Void) async throws {
        try await withConnection { connection in
            var fixture = ExecutionFixture(connection: connection)
            fixture.limits.turnWait = .seconds(60)
            try await body(fixture)
        }
    }

    var executor: MigrationExecutor { executor() }

    func executor(
        boundary: @escaping @Sendable (String) -> Void = { _ in },
        applicationTrouble: @escaping @Sendable () async -> String? = { nil }
    ) -> MigrationExecutor {
        MigrationExecutor(
            address: address, limits: limits, backfillLimits: backfillLimits, tell: { events.note($0) },
            boundary: boundary, applicationTrouble: applicationTrouble)
    }

    @discardableResult
    func apply(_ migrations: [Migration], _ phase: MigrationPhase = .expand) async throws -> [MigrationName] {
        try await executor.apply(migrations, phase, cause: .test)
    }

    /// The names of the tables in the schema public.
    func tables() async throws -> [String] {
        try await texts("SELECT tablename AS text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    }

    func invalidIndexes() async throws -> [String] {
        try await texts("SELECT indexrelid::regclass::text AS text FROM pg_index WHERE NOT indisvalid")
    }

    func count(_ query: PostgresQuery) async throws -> Int {
        try await connection.value(query)
    }

    private func texts(_ query: PostgresQuery) async throws -> [String] {
        try await connection.query(query).map { try $0.decode("text") }
    }
}

extension ExecutionCause {
    static let test = ExecutionCause(
        author: "tester", release: ReleaseVersion(unchecked: "1.1.0"), deployment: DeploymentID(7))
}

/// What an executor told.
final class EventLog: Sendable {
    private let entries = Mutex<[ExecutionEvent]>([])

    var all: [ExecutionEvent] { entries.withLock { $0 } }
    func note(_ event: ExecutionEvent) { entries.withLock { $0.append(event) } }
}

/// A migration with the given steps.
func migration(
    _ name: String, expand: String? = nil, backfill: String? = nil, contract: String? = nil, revert: String? = nil
) -> Migration {
    let texts: [(MigrationPhase, String?)] = [
        (.expand, expand), (.backfill, backfill), (.contract, contract), (.revert, revert),
    ]
    let steps = texts.compactMap { phase, sql in
        sql.map { MigrationStep(phase: phase, file: "\(name)/\(phase.file)", sql: $0) }
    }
    return Migration(name: MigrationName(unchecked: name), steps: steps)
}
