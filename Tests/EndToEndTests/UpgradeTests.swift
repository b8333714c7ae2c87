import API
import Domain
import Foundation
import GRDB
import Glibc
import LoadTesting
import TestSupport
import Testing

/// A newer Switchyard takes over from an older one that is running.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct UpgradeTests {
    @Test func `a newer Switchyard takes over state and running tree without a failed request`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version))
                try await switchyard.deploy(version)
            }
            let load = try await switchyard.underLoad { _ in
                switchyard.kill(SIGTERM)
                try await switchyard.waitForControlPlaneToEnd()
                try makeOlder(switchyard.state)
                try await switchyard.start()
                let back = try await switchyard.rollBack()
                #expect(back.deployment.outcome == .rolledBack)
                #expect(FileManager.default.fileExists(atPath: "\(switchyard.state)/switchyard.sqlite.schema-1"))
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            #expect(load.byRelease["1.0.0", default: 0] > 0 && load.byRelease["1.1.0", default: 0] > 0)
            #expect(try await switchyard.client.deployments().map(\.id.number) == [3, 2, 1])
        }
    }

    @Test func `what README says of going back a version leads to the state before the upgrade`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            try await switchyard.restart { try makeOlder(switchyard.state) }
            try await switchyard.add(ExampleRelease("1.1.0"))
            try await switchyard.deploy("1.1.0")
            // Killed, so that a write-ahead log of the newer version is left, which must not meet the older database.
            try await switchyard.restart(by: SIGKILL) {
                #expect(FileManager.default.fileExists(atPath: "\(switchyard.state)/switchyard.sqlite-wal"))
                _ = try await output(of: "sh", ["-c", try Self.wayBack(in: switchyard.state)])
                let names = try FileManager.default.contentsOfDirectory(atPath: switchyard.state)
                #expect(names.filter { $0.hasPrefix("switchyard.sqlite") } == ["switchyard.sqlite"])
                let database = try DatabaseQueue(path: "\(switchyard.state)/switchyard.sqlite")
                let (integrity, isNewer) = try await database.read { database in
                    (
                        try String.fetchOne(database, sql: "PRAGMA integrity_check"),
                        try database.tableExists("maintenance")
                    )
                }
                try database.close()
                #expect(integrity == "ok" && !isNewer)
            }
            #expect(try await switchyard.client.deployments().map(\.id.number) == [1])
        }
    }

    /// The commands that README has, for this state folder.
    private static func wayBack(in state: String) throws -> String {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "README.md")
        let line = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n")
            .first { $0.hasPrefix("    cd STATE && rm") }
        return try #require(line).trimmingCharacters(in: .whitespaces).replacing("STATE", with: state)
    }

    @Test func `an older Switchyard refuses the state of a newer one, and what runs goes on`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            switchyard.kill(SIGTERM)
            try await switchyard.waitForControlPlaneToEnd()
            let file = "\(switchyard.state)/format.json"
            try #"{"format": 99, "version": "9.1.0"}"#.write(toFile: file, atomically: true, encoding: .utf8)
            let refused = try await switchyard.cli(["serve", "--config", switchyard.configuration])
            #expect(refused.status == 1)
            #expect(refused.error.contains("written by Switchyard 9.1.0"), "\(refused.error)")
            #expect(try await switchyard.ask().status == 200)
        }
    }

    /// Undoes in the state what separates the current format from the first one.
    private func makeOlder(_ state: String) throws {
        let database = try DatabaseQueue(path: "\(state)/switchyard.sqlite")
        try database.write { database in
            let later = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                    AND name NOT IN ('deployment', 'journal', 'lease', 'grdb_migrations')
                    """)
            for table in later { try database.execute(sql: "DROP TABLE \"\(table)\"") }
            try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier NOT LIKE '1:%'")
        }
        try database.close()
        try FileManager.default.removeItem(atPath: "\(state)/format.json")
    }
}

extension SwitchyardFixture {
    /// Ends the control plane, does something to its state, and starts it again.
    fileprivate func restart(by signal: Int32 = SIGTERM, after change: () async throws -> Void) async throws {
        kill(signal)
        try await waitForControlPlaneToEnd()
        try await change()
        try await start()
    }
}
