import Backups
import Domain
import Foundation
import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct PostgresDumpTests {
    private let production = EnvironmentName(unchecked: "production")

    @Test func `a backup restores into another database with as many rows`() async throws {
        try await withTemporaryFolder { folder in
            try await withConnection { connection in
                try await connection.fill()
                let backup = try await PostgresDump(folder: folder).takeBackup(of: connection.address, for: production)
                #expect(backup.sizeInBytes > 0)
                #expect(backup.finishedAt >= backup.startedAt)
                try await withConnection { copy in
                    try await copy.restore(backup)
                    for table in ["loads", "drivers"] {
                        let count: PostgresQuery = "SELECT count(*) AS value FROM \(identifier: table)"
                        let original: Int = try await connection.value(count)
                        let restored: Int = try await copy.value(count)
                        #expect(original == restored && original > 0)
                    }
                }
            }
        }
    }

    @Test func `neither arguments nor folder show the password`() async throws {
        try await withTemporaryFolder { folder in
            try await withConnection { connection in
                let password = try #require(connection.address.password)
                try await connection.execute("CREATE TABLE loads (id int)")
                try await connection.executeScript("BEGIN; LOCK TABLE loads")
                let taking = Task {
                    try await PostgresDump(folder: folder).takeBackup(of: connection.address, for: production)
                }
                try await connection.eventuallyDumping()
                let commands = try argumentsOfAllProcesses()
                #expect(commands.contains { $0.contains("pg_dump") && $0.contains(folder) })
                #expect(!commands.contains { $0.contains(password) })
                try await connection.execute("COMMIT")
                let backup = try await taking.value
                #expect(files(in: folder).sorted() == [".turn", (backup.folder as NSString).lastPathComponent])
            }
        }
    }

    @Test func `an interrupted backup leaves nothing`() async throws {
        try await withTemporaryFolder { folder in
            try await withConnection { connection in
                try await connection.execute("CREATE TABLE loads (id int)")
                try await connection.executeScript("BEGIN; LOCK TABLE loads")
                let dump = PostgresDump(folder: folder)
                let taking = Task {
                    try await dump.takeBackup(of: connection.address, for: production)
                }
                try await connection.eventuallyDumping()
                await #expect(throws: BackupError.busy(folder: "\(folder)/production")) {
                    try await dump.takeBackup(of: connection.address, for: production)
                }
                taking.cancel()
                await #expect(throws: (any Error).self) { try await taking.value }
                #expect(files(in: folder) == [".turn"])
                try await connection.execute("COMMIT")
            }
        }
    }

    @Test func `what a killed process left is removed by the next backup`() async throws {
        try await withTemporaryFolder { folder in
            try await withConnection { connection in
                let leftover = "\(folder)/production/.unfinished-2026-11-22T10-00-00.000Z/dump"
                try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
                let dump = PostgresDump(folder: folder)
                #expect(try dump.backups(of: production).isEmpty)
                let backup = try await dump.takeBackup(of: connection.address, for: production)
                #expect(try dump.backups(of: production) == [backup.folder])
                #expect(!FileManager.default.fileExists(atPath: leftover))
            }
        }
    }

    @Test func `only the newest backups of an environment are kept`() async throws {
        try await withTemporaryFolder { folder in
            try await withConnection { connection in
                let dump = PostgresDump(folder: folder, retained: 2)
                let other = EnvironmentName(unchecked: "staging")
                let staging = try await dump.takeBackup(of: connection.address, for: other)
                var folders: [String] = []
                for _ in 1...4 {
                    folders.append(
                        try await dump.takeBackup(of: connection.address, for: production).folder)
                }
                #expect(try dump.backups(of: production) == Array(folders.suffix(2)))
                #expect(try dump.backups(of: other) == [staging.folder])
            }
        }
    }

    @Test func `a database that is away is told and leaves nothing`() async throws {
        try await withTemporaryFolder { folder in
            let address = PostgresAddress(parameters: ["host": folder, "user": "nobody"])
            await #expect(throws: PostgresError.self) {
                try await PostgresDump(folder: folder).takeBackup(of: address, for: production)
            }
            #expect(files(in: folder) == [".turn"])
        }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a small disk takes root"))
    func `a disk that is too small is told beforehand`() async throws {
        try await withSmallDisk(megabytes: 12) { folder in
            try await withConnection { connection in
                let refusal = await #expect(throws: BackupError.self) {
                    try await PostgresDump(folder: folder).takeBackup(of: connection.address, for: production)
                }
                guard case .diskTooSmall = refusal else {
                    Issue.record("unexpected: \(String(describing: refusal))")
                    return
                }
                #expect(files(in: folder) == [".turn"])
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a small disk takes root"))
    func `a disk that fills up meanwhile leaves no half backup and the older one whole`() async throws {
        try await withSmallDisk(megabytes: 64) { folder in
            try await withConnection { connection in
                let dump = PostgresDump(folder: folder)
                try await connection.fill()
                let older = try await dump.takeBackup(of: connection.address, for: production)
                try await connection.executeScript("BEGIN; LOCK TABLE loads")
                let taking = Task {
                    try await dump.takeBackup(of: connection.address, for: production)
                }
                try await connection.eventuallyDumping()
                try fillDisk(of: folder)
                try await connection.execute("COMMIT")
                let refusal = await #expect(throws: PostgresError.self) { try await taking.value }
                #expect(refusal.map { "\($0)".contains("No space left") } == true)
                #expect(try dump.backups(of: production) == [older.folder])
                #expect(files(in: folder).sorted() == [".turn", (older.folder as NSString).lastPathComponent])
            }
        }
    }

    private func files(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/production")) ?? []
    }

    private func argumentsOfAllProcesses() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return nil }
            return String(decoding: data, as: UTF8.self)
        }
    }

    private func fillDisk(of folder: String) throws {
        let descriptor = open("\(folder)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        for size in [1_048_576, 4_096, 1] {
            let block = [UInt8](repeating: 1, count: size)
            while Glibc.write(descriptor, block, size) > 0 {}
        }
    }
}

/// Lends a folder with a disk of its own.
private func withSmallDisk(megabytes: Int, _ body: (String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        let mounted = try await run(
            .name("mount"), arguments: ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder], output: .discarded)
        try #require(mounted.terminationStatus == .exited(0))
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        _ = try await run(.name("umount"), arguments: [folder], output: .discarded)
        try result.get()
    }
}

extension PostgresConnection {
    /// Two tables whose dump does not compress to nothing.
    fileprivate func fill() async throws {
        try await executeScript(
            """
            CREATE TABLE loads AS SELECT n, md5(n::text) AS customer FROM generate_series(1, 50000) AS n;
            CREATE TABLE drivers AS SELECT n, 'driver ' || n AS name FROM generate_series(1, 1000) AS n
            """)
    }

    /// Waits until pg_dump waits for the lock that this connection holds.
    nonisolated fileprivate func eventuallyDumping() async throws {
        // Another connection: inside a transaction pg_stat_activity stands still.
        let observer = try await PostgresConnection.connect(to: address, applicationName: "observer")
        try await eventually("pg_dump waits for a lock") {
            let rows = try await observer.query(
                """
                SELECT 1 FROM pg_stat_activity
                WHERE application_name = 'pg_dump' AND datname = current_database() AND wait_event_type = 'Lock'
                """)
            return !rows.isEmpty
        }
        await observer.close()
    }

    fileprivate func restore(_ backup: Backup) async throws {
        let program = try await PostgresProgram("pg_restore", of: .find(holding: "pg_restore"))
        try await program.run(
            ["--exit-on-error", "--dbname=\(address.connectionStringWithoutPassword)", backup.folder],
            environment: ["PGPASSWORD": address.password], limit: .seconds(60))
    }
}
