import DurableFiles
import Foundation
import Migrations
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A backfill beside a replica that really lags: a standby by pg_basebackup whose replay is stopped.
@Suite(.timeLimit(.minutes(3)))
struct ReplicaTests {
    @Test func `a backfill waits for a replica that is behind, and goes on when it has caught up`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await PrivateCluster(folder: "\(folder)/c", durability: .disposable)
            try await cluster.whileRunning {
                let address = try cluster.superuserAddress()
                try await Self.admitReplication(to: cluster, address)
                try await Self.withStandby(of: address, in: folder, as: cluster.unixUser) { standby in
                    try await fill(address, beside: standby)
                }
            }
        }
    }

    private func fill(_ address: PostgresAddress, beside standby: PostgresAddress) async throws {
        let connection = try await PostgresConnection.connect(to: address, applicationName: "test")
        try await connection.executeScript(
            """
            CREATE TABLE drivers (id int PRIMARY KEY, name text, alias text);
            INSERT INTO drivers SELECT n, repeat('x', 200) FROM generate_series(1, 5000) n;
            """)
        try await Self.replay("pg_wal_replay_pause", on: standby)
        var limits = BackfillLimits()
        limits.replicaLagBytes = 65_536
        limits.lookPause = .milliseconds(10)
        let events = EventLog()
        let executor = MigrationExecutor(address: address, backfillLimits: limits, tell: { events.note($0) })
        let migrations = [
            migration(
                "20261101000000_alias",
                backfill: "-- key: drivers.id\n-- batch: 100\n"
                    + "UPDATE drivers SET alias = name WHERE id BETWEEN $1 AND $2;")
        ]
        async let filled = executor.apply(migrations, .backfill, cause: .test)
        try await eventually(within: .seconds(60), "the wait for the replica") {
            events.all.contains { "\($0)".contains("a replica is") }
        }
        #expect(try await connection.value("SELECT count(*) AS value FROM drivers WHERE alias IS NULL") > 0)
        try await Self.replay("pg_wal_replay_resume", on: standby)
        #expect(try await filled.count == 1)
        #expect(try await connection.value("SELECT count(*) AS value FROM drivers WHERE alias IS NULL") == 0)
        await connection.close()
    }

    // MARK: The standby

    private static func admitReplication(to cluster: PrivateCluster, _ address: PostgresAddress) async throws {
        let rules = "\(cluster.folder)/data/pg_hba.conf"
        let text = try String(contentsOfFile: rules, encoding: .utf8)
        try (text + "local replication all scram-sha-256\n").write(toFile: rules, atomically: false, encoding: .utf8)
        try await PostgresConnection.using(address, applicationName: "test") { connection in
            _ = try await connection.query("SELECT pg_reload_conf()")
        }
    }

    private static func replay(_ function: String, on standby: PostgresAddress) async throws {
        try await PostgresConnection.using(standby, applicationName: "test") { connection in
            _ = try await connection.query("SELECT \(unescaped: function)()")
        }
    }

    /// Lends a standby that streams from the server, and ends it afterwards.
    private static func withStandby(
        of address: PostgresAddress, in folder: String, as user: String?,
        _ body: @escaping @Sendable (PostgresAddress) async throws -> Void
    ) async throws {
        let programs = try await PostgresInstallation.find(holding: "pg_basebackup")
        let becoming = user.flatMap { UnixUser(named: $0)?.becoming } ?? []
        let data = "\(folder)/standby"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        if let user = user.flatMap({ UnixUser(named: $0) }) { try user.own(data) }
        _ = chmod(data, 0o700)
        let primary = address.connectionStringWithoutPassword + " password='\(address.password ?? "")'"
        try await run(becoming + [programs.path(of: "pg_basebackup"), "-d", primary, "-D", data, "-R", "-X", "stream"])
        let port = 54_321
        let server =
            becoming + [
                programs.path(of: "postgres"), "-D", data, "-c", "port=\(port)", "-c", "listen_addresses=",
                "-c", "unix_socket_directories=\(data)",
            ]
        let standby = PostgresAddress(
            parameters: address.parameters.merging(["host": data, "port": "\(port)"]) { _, new in new })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await run(server) }
            group.addTask {
                try await eventually(within: .seconds(60), "the standby") {
                    (try? await PostgresConnection.using(standby, applicationName: "test") { _ in true }) ?? false
                }
                try await body(standby)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func run(_ words: [String]) async throws {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .interrupt, allowedDurationToNextStep: .seconds(10))]
        let result = try await Subprocess.run(
            .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())), workingDirectory: "/",
            platformOptions: options, output: .discarded, error: .string(limit: 65_536))
        try Task.checkCancellation()
        #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
    }
}
