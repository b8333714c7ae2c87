import Deployments
import Domain
import DurableFiles
import Foundation
import Logging
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// State folders as older versions left them: `Formats` has one of each, written by that version.
@Suite(.timeLimit(.minutes(1))) struct OlderStateTests {
    private static let formats = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Formats")

    @Test func `there is a state of every older format`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.formats.path)
        #expect(names.sorted() == (1..<StateFolder.currentFormat).map(String.init))
    }

    @Test(arguments: 1..<StateFolder.currentFormat)
    func `what an older Switchyard wrote is read, and its database is kept as it was`(format: Int) async throws {
        try await withTemporaryFolder { temporary in
            let folder = StateFolder(path: "\(temporary)/state")
            try FileManager.default.copyItem(
                atPath: Self.formats.appending(path: "\(format)").path, toPath: folder.path)
            // A copied folder keeps the owner of the checkout.
            for name in ["", "slots"] { _ = chown("\(folder.path)/\(name)", geteuid(), getegid()) }
            try folder.refuseNewer()
            try folder.make()
            let database = StateDatabase(path: folder.database, willMigrate: folder.takeOver)
            let store = DeploymentStore(database: database) { _ in false }
            let journal = Journal(
                records: store, spool: try Spool(path: folder.spool), logger: Logger(label: "test"))
            let history = await journal.history(of: .production, last: 10)
            #expect(history.map(\.outcome) == [.rolledBack, .committed, .committed])
            #expect(try await store.journal(of: DeploymentID(2)).last?.record.boundary == "completed:commit")
            let deployments = try await store.deployments(in: .production, last: 10)
            #expect(try await store.maintenance(of: nil, last: 1).isEmpty)
            let table = try SlotTableFile(
                path: folder.slotTable(of: "production"), environment: .production, slotCount: 4
            ).load()
            #expect(table.stable?.occupant?.release.version.rawValue == "1.0.0")

            let kept = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).first {
                    $0.contains(".sqlite.schema-")
                }
            )
            // By the steps that its schema had, not by the format.
            #expect(kept == "switchyard.sqlite.schema-\([1: 1, 2: 3, 3: 4][format] ?? 0)")
            let before = DeploymentStore(database: StateDatabase(path: "\(folder.path)/\(kept)")) { _ in false }
            #expect(try await before.deployments(in: .production, last: 10) == deployments)
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/\(kept).unfinished"))
        }
    }

    @Test func `older versions are not shut out before the copy of the database is there`() async throws {
        try await withTemporaryFolder { temporary in
            let folder = StateFolder(path: "\(temporary)/state")
            try FileManager.default.copyItem(atPath: Self.formats.appending(path: "1").path, toPath: folder.path)
            let hindrance = "\(folder.database).schema-1"
            try FileManager.default.createDirectory(atPath: "\(hindrance)/a", withIntermediateDirectories: true)
            let database = StateDatabase(path: folder.database, willMigrate: folder.takeOver)
            let store = DeploymentStore(database: database) { _ in false }
            await #expect(throws: StoreError.self) { try await store.deployments(in: nil, last: 1) }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains("format.json") && !names.contains { $0.hasSuffix(".unfinished") }, "\(names)")

            try FileManager.default.removeItem(atPath: hindrance)
            #expect(try await store.deployments(in: nil, last: 10).count == 2)
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/format.json"))
        }
    }

    @Test func `a new database leaves no copy behind`() async throws {
        try await withTemporaryFolder { folder in
            let store = DeploymentStore(database: StateDatabase(path: "\(folder)/switchyard.sqlite")) { _ in false }
            #expect(try await store.deployments(in: nil, last: 1).isEmpty)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!names.contains { $0.contains("schema") })
        }
    }

    @Test func `a state of a newer Switchyard is refused with its version, and nothing is changed`() throws {
        let folder = StateFolder(path: "/tmp/switchyard-test-\(UUID().uuidString.prefix(8))")
        try folder.make()
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        let file = "\(folder.path)/format.json"
        let newer = #"{"format": 99, "version": "9.1.0"}"#
        try newer.write(toFile: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: ControlPlaneError.self) { try folder.refuseNewer() }
        #expect(error?.description.contains("is of format 99, written by Switchyard 9.1.0") == true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == newer)
    }

    @Test func `the same version takes its folder over again, and a newer one of the same format too`() throws {
        let folder = StateFolder(path: "/tmp/switchyard-test-\(UUID().uuidString.prefix(8))")
        try folder.make()
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try folder.takeOver()
        try folder.takeOver()
        let text = try String(contentsOfFile: "\(folder.path)/format.json", encoding: .utf8)
        #expect(text.contains("\"format\":\(StateFolder.currentFormat)"))
    }
}
