package import Access
package import Approvals
import Domain
import Foundation
import GRDB

/// Requests for changes of protected environments, in SQLite.
package struct RequestStore: RequestRecords {
    private let database: StateDatabase

    package init(database: StateDatabase) { self.database = database }

    package func requests() async throws -> [ChangeRequest] {
        try await database.read { try Self.newest(in: $0) }
    }

    package func changeRequest(
        _ change: @escaping @Sendable ([ChangeRequest], [Account]) throws -> ChangeRequest
    ) async throws -> ChangeRequest {
        try await database.write { database in
            let request = try change(
                Self.newest(in: database), AccessStore.all("account", order: "name", in: database))
            try database.execute(
                sql: """
                    INSERT INTO changeRequest (id, createdAt, body) VALUES (?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET body = excluded.body
                    """,
                arguments: [
                    request.id.uuidString, request.createdAt.timeIntervalSince1970, try AccessStore.body(request),
                ])
            try database.execute(
                sql: """
                    DELETE FROM changeRequest WHERE rowid IN
                    (SELECT rowid FROM changeRequest ORDER BY createdAt DESC LIMIT -1 OFFSET ?)
                    """,
                arguments: [Approvals.Limits.requests])
            return request
        }
    }

    private static func newest(in database: Database) throws -> [ChangeRequest] {
        try AccessStore.all("changeRequest", order: "createdAt DESC", in: database)
    }
}

extension Schema {
    /// The table of `RequestStore`.
    static func requestTable(_ database: Database) throws {
        try database.create(table: "changeRequest") { table in
            table.primaryKey("id", .text)
            table.column("createdAt", .double).notNull().indexed()
            table.column("body", .blob).notNull()
        }
    }
}
