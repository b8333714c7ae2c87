import API
import Domain
import Foundation
import GRDB
import Glibc
import TestSupport
import Testing

/// A state database that cannot be read: told with cause and remedy, while users are served as before.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct DamagedDatabaseTests {
    @Test func `a database that cannot be migrated is told by status, and the remedy mends it`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            let file = "\(switchyard.state)/switchyard.sqlite"
            try await end(switchyard)
            let database = try DatabaseQueue(path: file)
            try await database.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier LIKE '2:%'") }
            try database.close()

            try await switchyard.start()
            let told = "! records: The state database \(file) cannot be used: table \"maintenance\" already exists."
            try await eventually(within: .seconds(30), "a status that tells it") {
                let status = try await switchyard.cli(["status"])
                return status.status == 1
                    && status.output.contains("\(told) If the file is damaged, end 'switchyard serve'")
            }
            #expect(try await switchyard.servingVersions() == ["1.0.0"])

            try await end(switchyard)
            for name in [file, "\(file)-wal"] { _ = try await output(of: "mv", ["--force", name, switchyard.folder]) }
            try await switchyard.start()
            #expect(try await switchyard.deploy("1.1.0").deployment.id.number == 2)
        }
    }

    private func end(_ switchyard: SwitchyardFixture) async throws {
        switchyard.kill(SIGTERM)
        try await switchyard.waitForControlPlaneToEnd()
    }
}
