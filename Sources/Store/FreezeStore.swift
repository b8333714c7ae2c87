package import Approvals
import Domain
import Foundation
import GRDB

/// Freezes of environments, in SQLite.
package struct FreezeStore: FreezeRecords {
    private let database: StateDatabase

    package init(database: StateDatabase) { self.database = database }

    package func freezes() async throws -> [Freeze] { try await database.read { try Self.all(in: $0) } }

    package func changeFreeze(_ change: @escaping @Sendable ([Freeze]) throws -> Freeze) async throws -> Freeze {
        try await database.write { database in
            let freeze = try change(Self.all(in: database))
            try database.execute(
                sql: """
                    INSERT INTO freeze (id, beginsAt, body) VALUES (?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET body = excluded.body
                    """,
                arguments: [
                    freeze.id.uuidString, freeze.from.timeIntervalSince1970, try AccessStore.body(freeze),
                ])
            try database.execute(
                sql: """
                    DELETE FROM freeze WHERE rowid IN
                    (SELECT rowid FROM freeze ORDER BY beginsAt DESC LIMIT -1 OFFSET ?)
                    """,
                arguments: [Approvals.Limits.freezes])
            return freeze
        }
    }

    private static func all(in database: Database) throws -> [Freeze] {
        try AccessStore.all("freeze", order: "beginsAt DESC", in: database)
    }
}

extension Schema {
    /// The table of `FreezeStore`.
    static func freezeTable(_ database: Database) throws {
        try database.create(table: "freeze") { table in
            table.primaryKey("id", .text)
            table.column("beginsAt", .double).notNull().indexed()
            table.column("body", .blob).notNull()
        }
    }
}
