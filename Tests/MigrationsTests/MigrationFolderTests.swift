import Foundation
import Migrations
import TestSupport
import Testing

struct MigrationFolderTests {
    @Test func `migrations are read in the order of their times`() async throws {
        try await withTemporaryFolder { folder in
            try write("SELECT 2", to: "20261122120000_second/expand.sql", in: folder)
            try write("SELECT 1", to: "20261121120000_first/expand.sql", in: folder)
            for later in ["backfill.sql", "contract.sql", "revert.sql"] {
                try write("-", to: "20261121120000_first/\(later)", in: folder)
            }
            let migrations = try MigrationFolder.read(folder)
            #expect(migrations.map(\.name.rawValue) == ["20261121120000_first", "20261122120000_second"])
            #expect(migrations.map(\.expand?.sql) == ["SELECT 1", "SELECT 2"])
            // echo -n 'SELECT 1' | sha256sum
            #expect(migrations[0].expand?.sha256 == "e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5")
        }
    }

    @Test(arguments: [
        "2026_short/expand.sql", "20261121120000_Upper/expand.sql", "20261121120000_a-b/expand.sql", "notes.sql",
        "20261121120000_a/down.sql", "20261121120000_a/deep/expand.sql",
    ])
    func `what does not belong there is refused by its path`(entry: String) async throws {
        try await withTemporaryFolder { folder in
            try write("SELECT 1", to: "20261101000000_good/expand.sql", in: folder)
            try write("SELECT 1", to: entry, in: folder)
            let refusal = #expect(throws: MigrationError.self) { try MigrationFolder.read(folder) }
            let first = try #require(entry.split(separator: "/").first)
            #expect(refusal.map { "\($0)".contains("\(folder)/\(first)") } == true)
        }
    }

    @Test func `a link is not followed`() async throws {
        try await withTemporaryFolder { folder in
            try write("-", to: "20261101000000_good/revert.sql", in: folder)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/20261101000000_good/expand.sql", withDestinationPath: "/etc/hostname")
            #expect(throws: MigrationError.self) { try MigrationFolder.read(folder) }
        }
    }

    @Test func `a migration without a step and two of one time are refused`() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                atPath: "\(folder)/20261101000000_a", withIntermediateDirectories: true)
            #expect(throws: MigrationError.self) { try MigrationFolder.read(folder) }
            try write("-", to: "20261101000000_a/contract.sql", in: folder)
            #expect(try MigrationFolder.read(folder).count == 1)
            try write("-", to: "20261101000000_b/expand.sql", in: folder)
            #expect(throws: MigrationError.self) { try MigrationFolder.read(folder) }
        }
    }
}
