import DurableFiles
import Foundation
import Migrations
import Postgres

/// The clone that a framework's migrator works on, a copy of it as it was before, and the server's log of what was sent.
struct CaptureRecorder: Sendable {
    let cluster: PrivateCluster
    let examined: RehearsedDatabase
    /// As the server's superuser.
    let clone: PostgresAddress

    private let login = "switchyard_migrator_\(UUID().uuidString.prefix(8).lowercased())"
    private let password = SecretFile.randomText(bytes: 24)

    init(cluster: PrivateCluster, examined: RehearsedDatabase, clone: PostgresAddress) {
        self.cluster = cluster
        self.examined = examined
        self.clone = clone
    }

    var cloneName: String { clone.database ?? "" }
    private var before: String { "\(cloneName)_before" }
    private var played: String { "\(cloneName)_played" }
    /// Whose rights the migrator has: those of the role that asks for the capture, or of the database's owner.
    private var role: String { examined.role ?? examined.owner }

    /// Keeps a copy of the clone, and makes the role that the migrator logs in as.
    func prepare() async throws {
        try await copy(cloneName, to: before)
        try await cluster.ensureLoginRole(login, password: password, memberOf: role)
        try await onServer { connection in
            // What a superuser may on the real server, it may on a server that is thrown away.
            if examined.role == nil { try await connection.execute("ALTER ROLE \(identifier: role) SUPERUSER") }
            try await connection.execute("ALTER ROLE \(identifier: login) SET log_statement = 'all'")
        }
    }

    /// What leads a program to the clone, whatever it reads; nil takes a variable away that would lead elsewhere.
    func variables() throws -> [String: String?] {
        let url = try cluster.url(role: login, password: password, database: cloneName)
        let address = try PostgresAddress(url: url)
        return [
            "DATABASE_URL": url, "PGHOST": "127.0.0.1", "PGPORT": "\(address.port)", "PGUSER": login,
            "PGPASSWORD": password, "PGDATABASE": cloneName, "PGHOSTADDR": nil, "PGSERVICE": nil, "PGSERVICEFILE": nil,
            "PGOPTIONS": nil, "PGSSLMODE": nil, "PGPASSFILE": nil,
        ]
    }

    /// What the migrator sent, when the server has ended what it left.
    func statements(of command: String) async throws -> ServerLog {
        let mark = "switchyard capture \(UUID().uuidString)"
        try await onServer { connection in
            try await end(connection, of: command)
            try await connection.execute("SET log_statement = 'all'")
            try await connection.execute("SELECT \(literal: mark)")
        }
        let text = try await log(upTo: mark)
        let sent = ServerLog(csv: Array(text)).sent(by: login, to: cloneName)
        guard !sent.isEmpty else { throw CaptureError.neverConnected(command: command) }
        return sent
    }

    /// Applies the files to a new copy of the database as it was before, and compares it with the clone.
    func play(_ steps: [MigrationPhase: String]) async throws -> CaptureProof.Finding {
        try await copy(before, to: played)
        let address = clone.database(played)
        // Which migrations are applied is asked of the real database, later.
        try await PostgresConnection.using(address, applicationName: Self.applicationName) { connection in
            _ = try await connection.execute("DROP SCHEMA IF EXISTS switchyard CASCADE")
        }
        let name = MigrationName(unchecked: "20000101000000_captured")
        let migration = Migration(
            name: name, steps: steps.map { MigrationStep(phase: $0, file: "\(name)/\($0.file)", sql: $1) })
        let worker = try PostgresAddress(url: cluster.url(role: login, password: password, database: played))
        let finding = try await CaptureProof(migrated: clone).play(migration, as: worker, reader: address)
        try await onServer { connection in
            _ = try await connection.execute(
                "DROP DATABASE \(identifier: played) WITH (FORCE)", deadline: CaptureLimits.end)
        }
        return finding
    }

    /// A copy has the settings of a new database, so they are made as those of the clone.
    private func copy(_ name: String, to other: String) async throws {
        try await onServer { connection in
            try await connection.execute(
                "CREATE DATABASE \(identifier: other) TEMPLATE \(identifier: name)", deadline: RehearsalLimits().restore
            )
            try await connection.execute(
                "ALTER DATABASE \(identifier: other) OWNER TO \(identifier: examined.owner)")
            // For the history; what the migrator lacked the right to, it has not done on the clone either.
            try await connection.execute("GRANT CREATE ON DATABASE \(identifier: other) TO \(identifier: role)")
            let path = examined.cloneSearchPath
            try await connection.execute(
                "ALTER DATABASE \(identifier: other) SET search_path = \(unescaped: path.isEmpty ? "''" : path)")
        }
    }

    // MARK: The log

    /// Waits for the migrator's sessions, whose clients are gone, and ends those that stay.
    ///
    /// Throws `CaptureError.stillConnected` for clients that are there after all and connect again.
    private func end(_ connection: PostgresConnection, of command: String) async throws {
        let ended = try await staying(connection)
        guard !ended.isEmpty else { return }
        try await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = \(login)")
        try await Task.sleep(for: CaptureLimits.comeback)
        let processes = Set(ended.map(\.process))
        var remaining = try await sessions(connection).filter { !processes.contains($0.process) }
        if remaining.isEmpty { remaining = try await staying(connection) }
        guard remaining.isEmpty else {
            throw CaptureError.stillConnected(command: command, programs: remaining.map(\.program))
        }
    }

    /// The migrator's sessions that do not end by themselves in time.
    private func staying(_ connection: PostgresConnection) async throws -> [MigratorSession] {
        let end = ContinuousClock.now + CaptureLimits.end
        while true {
            let found = try await sessions(connection)
            guard !found.isEmpty, .now < end else { return found }
            try await Task.sleep(for: CaptureLimits.pause)
        }
    }

    private func sessions(_ connection: PostgresConnection) async throws -> [MigratorSession] {
        try await connection.query(
            """
            SELECT pid, coalesce(nullif(application_name, ''), 'a program') AS name,
                left(regexp_replace(query, '\\s+', ' ', 'g'), 80) AS statement
            FROM pg_stat_activity WHERE usename = \(login) AND datname = \(cloneName) ORDER BY pid
            """
        ).map { row in
            let statement: String = try row.decode("statement")
            return MigratorSession(
                process: try row.decode("pid"), program: "\(try row.decode("name", as: String.self)): '\(statement)'")
        }
    }

    /// The log is written by a process of its own: what was sent before the mark is in it before the mark.
    private func log(upTo mark: String) async throws -> Data {
        var log = GrowingLog(path: "\(cluster.folder)/log/\(ServerLog.file)")
        let end = ContinuousClock.now + CaptureLimits.end
        while !log.reads(mark) {
            guard .now < end else { throw CaptureError.logUnreadable(reason: "\(ServerLog.file) is not complete") }
            try await Task.sleep(for: CaptureLimits.pause)
        }
        return log.text
    }

    private func onServer<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(clone.database("postgres"), applicationName: Self.applicationName, body)
    }

    private static let applicationName = "switchyard capture"
}

/// A session of the migrator's on the clone.
private struct MigratorSession {
    /// The server's.
    let process: Int32
    /// What it calls itself, and what it sent last.
    let program: String
}

/// The bounds of what a capture waits for.
private enum CaptureLimits {
    /// For the server to end the migrator's sessions, write its log, and drop a copy.
    static let end: Duration = .seconds(20)
    /// Between two looks.
    static let pause: Duration = .milliseconds(20)
    /// For a client whose session was ended to connect again.
    static let comeback: Duration = .seconds(1)
}
