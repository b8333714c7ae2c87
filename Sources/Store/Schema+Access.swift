import GRDB

extension Schema {
    /// The tables of `AccessStore`.
    static func accessTables(_ database: Database) throws {
        for (name, key) in [("account", "name"), ("vpnPeer", "name")] {
            try database.create(table: name) { table in
                table.primaryKey(key, .text)
                table.column("body", .blob).notNull()
            }
        }
        try database.create(table: "roleProposal") { table in
            table.primaryKey("id", .text)
            table.column("proposedAt", .double).notNull().indexed()
            table.column("body", .blob).notNull()
        }
        try database.create(table: "accessToken") { table in
            table.primaryKey("id", .text)
            table.column("account", .text).notNull().indexed()
            table.column("expiresAt", .double).notNull().indexed()
            table.column("body", .blob).notNull()
        }
        try database.create(table: "session") { table in
            table.primaryKey("digest", .blob)
            table.column("account", .text).notNull().indexed()
            table.column("createdAt", .double).notNull()
            table.column("lastUsedAt", .double).notNull()
            table.column("body", .blob).notNull()
        }
        try database.create(table: "breakGlass") { table in
            table.primaryKey("id", .text)
            table.column("startedAt", .double).notNull()
            table.column("isReviewed", .boolean).notNull()
            table.column("body", .blob).notNull()
        }
        try database.create(table: "recoveryCode") { table in
            table.primaryKey("digest", .blob)
            table.column("account", .text).notNull().indexed()
            // Null until it is used, and kept then, so that it stays used.
            table.column("usedAt", .double)
        }
    }
}
