import GRDB

/// The tables, as migrations that are never edited once they have shipped.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: deployments, journal, leases") { database in
            try database.create(table: "deployment") { table in
                table.primaryKey("id", .integer)
                table.column("environment", .text).notNull().indexed()
                table.column("body", .blob).notNull()
            }
            try database.create(table: "journal") { table in
                table.column("deployment", .integer).notNull().references("deployment", onDelete: .cascade)
                table.column("sequence", .integer).notNull()
                table.column("body", .blob).notNull()
                table.primaryKey(["deployment", "sequence"])
            }
            try database.create(table: "lease") { table in
                table.primaryKey("environment", .text)
                table.column("fence", .integer).notNull()
                // Null between two holders, so that the fence goes on rising.
                table.column("body", .blob)
            }
        }
        migrator.registerMigration("2: changes of the maintenance page") { database in
            try database.create(table: "maintenance") { table in
                table.primaryKey("id", .text)
                table.column("environment", .text).notNull()
                table.column("createdAt", .double).notNull().indexed()
                table.column("body", .blob).notNull()
            }
        }
        migrator.registerMigration("3: one-off commands") { database in
            try database.create(table: "command") { table in
                table.primaryKey("id", .text)
                table.column("environment", .text).notNull()
                table.column("createdAt", .double).notNull().indexed()
                table.column("body", .blob).notNull()
            }
        }
        migrator.registerMigration("4: statements that releases send") { database in
            try database.create(table: "statementCount") { table in
                table.column("environment", .text).notNull()
                table.column("role", .text).notNull()
                table.column("text", .text).notNull()
                table.column("calls", .integer).notNull()
                table.primaryKey(["environment", "role", "text"])
            }
            try database.create(table: "statementUse") { table in
                table.column("environment", .text).notNull()
                table.column("release", .text).notNull()
                table.column("text", .text).notNull()
                table.column("lastSeen", .double).notNull()
                table.primaryKey(["environment", "release", "text"])
            }
            try database.create(table: "observation") { table in
                table.primaryKey("environment", .text)
                table.column("body", .blob).notNull()
            }
        }
        migrator.registerMigration("5: what was seen of releases on trial") { database in
            try database.create(table: "verdict") { table in
                table.column("deployment", .integer).notNull()
                table.column("number", .integer).notNull()
                table.column("body", .blob).notNull()
                table.primaryKey(["deployment", "number"])
            }
        }
        migrator.registerMigration("6: secrets and settings") { database in
            try database.create(table: "secret") { table in
                table.column("environment", .text).notNull()
                table.column("name", .text).notNull()
                table.column("version", .integer).notNull()
                // Null where no ciphertext is kept.
                table.column("keyID", .text).indexed()
                table.column("body", .blob).notNull()
                table.primaryKey(["environment", "name", "version"])
            }
            try database.create(table: "settings") { table in
                table.column("environment", .text).notNull()
                table.column("version", .integer).notNull()
                table.column("body", .blob).notNull()
                table.primaryKey(["environment", "version"])
            }
        }
        migrator.registerMigration("7: people, tokens, sessions, break-glass, VPN peers", migrate: accessTables)
        migrator.registerMigration("8: requests for approval", migrate: requestTable)
        migrator.registerMigration("9: freezes", migrate: freezeTable)
        return migrator
    }
}
