import Domain
import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// The file of the state: shared by two, newer than this version, on a full disk.
@Suite(.timeLimit(.minutes(1))) struct StateDatabaseTests {
    private func store(_ path: String) -> DeploymentStore {
        DeploymentStore(database: StateDatabase(path: path)) { _ in true }
    }

    private func changes(_ count: Int, reason: String? = nil) -> [MaintenanceChange] {
        (0..<count).map { number in
            MaintenanceChange(
                id: UUID(), environment: .production, isOn: true, requestedBy: "dora",
                createdAt: Date(timeIntervalSinceReferenceDate: 800_000_000 + Double(number))
            ).ended(.done, at: Date(timeIntervalSinceReferenceDate: 900_000_000), because: reason)
        }
    }

    @Test func `two processes write to one state at once, and neither loses anything`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/state.sqlite"
            async let other = #expect(processExitsWith: .success) { [path = path as String] in
                let store = DeploymentStore(database: StateDatabase(path: path)) { _ in true }
                for _ in 0..<50 {
                    let change = MaintenanceChange(
                        id: UUID(), environment: EnvironmentName(unchecked: "staging"), isOn: true,
                        requestedBy: "other", createdAt: Date())
                    try await store.fold([], [], [change])
                }
            }
            let store = store(path)
            for change in changes(50) { try await store.fold([], [], [change]) }
            _ = await other
            #expect(try await store.maintenance(of: .production, last: 200).count == 50)
            #expect(try await store.maintenance(of: EnvironmentName(unchecked: "staging"), last: 200).count == 50)
        }
    }

    @Test func `a state that a newer Switchyard wrote is refused with a sentence and left as it is`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/state.sqlite"
            try await store(path).fold([], [], changes(1))
            let queue = try DatabaseQueue(path: path)
            try await queue.write { database in
                try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99: of the future')")
            }
            try queue.close()
            let error = await #expect(throws: StoreError.newerSchema(path: path)) {
                try await store(path).fold([], [], changes(1))
            }
            #expect(error?.description.hasSuffix("start that version or a newer one.") == true)
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
    func `a full disk is told as such, and what was written before is still read`() async throws {
        try await withTemporaryFolder { folder in
            try await withSmallDisk(at: "\(folder)/disk") { disk in
                let store = store("\(disk)/state.sqlite")
                let first = changes(1)
                try await store.fold([], [], first)
                let error = await #expect(throws: StoreError.self) {
                    try await store.fold([], [], changes(100, reason: String(repeating: "x", count: 10_000)))
                }
                #expect(error == .diskFull(path: "\(disk)/state.sqlite"))
                #expect(try await store.maintenance(of: nil, last: 9) == first)
            }
        }
    }

    private func withSmallDisk(at path: String, _ body: (String) async throws -> Void) async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try #require(try execute("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", path) == 0)
        do {
            try await body(path)
        } catch {
            Issue.record(error)
        }
        // Lazily: SQLite's connections close when they are no longer referred to.
        #expect(try execute("umount", "-l", path) == 0)
    }

    private func execute(_ arguments: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
