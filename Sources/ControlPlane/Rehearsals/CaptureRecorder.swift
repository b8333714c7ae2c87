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
            try await end(connection)
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
            let path = examined.searchPath
            try await connection.execute(
                "ALTER DATABASE \(identifier: other) SET search_path = \(unescaped: path.isEmpty ? "''" : path)")
        }
    }

    // MARK: The log

    /// Waits for the migrator's sessions, whose clients are gone, and ends those that stay.
    private func end(_ connection: PostgresConnection) async throws {
        let end = ContinuousClock.now + CaptureLimits.end
        var isEnding = false
        while true {
            let rows = try await connection.query(
                "SELECT pid FROM pg_stat_activity WHERE usename = \(login) AND datname = \(cloneName)")
            if rows.isEmpty { return }
            if !isEnding, .now >= end {
                isEnding = true
                try await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = \(login)")
            }
            try await Task.sleep(for: CaptureLimits.pause)
        }
    }

    /// The log is written by a process of its own: what was sent before the mark is in it before the mark.
    private func log(upTo mark: String) async throws -> Data {
        let path = "\(cluster.folder)/log/\(ServerLog.file)"
        let end = ContinuousClock.now + CaptureLimits.end
        while true {
            if let data = try? Data(contentsOf: URL(filePath: path)), data.range(of: Data(mark.utf8)) != nil {
                return data
            }
            guard .now < end else { throw CaptureError.logUnreadable(reason: "\(ServerLog.file) is not complete") }
            try await Task.sleep(for: CaptureLimits.pause)
        }
    }

    private func onServer<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(clone.database("postgres"), applicationName: Self.applicationName, body)
    }

    private static let applicationName = "switchyard capture"
}

/// The bounds of what a capture waits for.
private enum CaptureLimits {
    /// For the server to end the migrator's sessions, write its log, and drop a copy.
    static let end: Duration = .seconds(20)
    /// Between two looks.
    static let pause: Duration = .milliseconds(20)
}
