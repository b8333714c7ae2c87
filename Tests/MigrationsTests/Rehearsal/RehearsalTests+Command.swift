import Foundation
import Glibc
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `switchyard migration rehearse`, as the program that ships; of this suite, which looks for clones that are left.
extension RehearsalTests {
    /// 0.0.0.0 is no loopback address, and leads to this machine all the same.
    @Test(
        .enabled(if: geteuid() == 0, "mounting a small disk takes root"),
        arguments: [
            ("127.0.0.1", TerminationStatus.exited(2), "only"),
            ("0.0.0.0", .exited(0), "whether they are free there could not be checked"),
        ])
    func `the disk of this machine matters to a clone that is here`(
        host: String, status: TerminationStatus, words: String
    ) async throws {
        try await PostgresFixture.withDatabase { address in
            try await withTemporaryFolder { folder in
                let migration = "\(folder)/migrations/20261101000000_loads"
                try FileManager.default.createDirectory(atPath: migration, withIntermediateDirectories: true)
                try Data("CREATE TABLE loads (id int);".utf8).write(to: URL(filePath: "\(migration)/expand.sql"))
                try await withSmallDisk(at: "\(folder)/scratch") { scratch in
                    let credentials = "\(address.user ?? ""):\(address.password ?? "")"
                    let clone = "postgres://\(credentials)@\(host):\(address.port)/postgres?sslmode=disable"
                    let outcome = try await run(
                        .path(FilePath(SwitchyardFixture.program)),
                        arguments: [
                            "migration", "rehearse", "\(folder)/migrations", "--clone", clone, "--scratch", scratch,
                        ],
                        environment: .inherit.updating(["DATABASE_URL": address.url]),
                        output: .string(limit: 1_048_576), error: .string(limit: 1_048_576))
                    #expect(outcome.terminationStatus == status, "\(outcome)")
                    #expect(outcome.standardError.contains(words), "\(outcome)")
                    #expect(!outcome.standardError.contains(address.password ?? "?"))
                }
            }
        }
    }

    /// Large enough for the backup, and too small for a clone.
    private func withSmallDisk(at folder: String, _ body: (String) async throws -> Void) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let mounted = try await run(
            .name("mount"), arguments: ["-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], output: .discarded)
        try #require(mounted.terminationStatus == .exited(0))
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        _ = try await run(.name("umount"), arguments: [folder], output: .discarded)
        try result.get()
    }
}
