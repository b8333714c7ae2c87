import Foundation
package import Postgres

/// A copy of a database on a server where nobody waits for it, made by restoring its backup.
package struct RehearsalClone: Sendable {
    /// The copy with all rows.
    package let address: PostgresAddress
    /// A copy of the schema without rows, as the database was before the migrations.
    package let schema: PostgresAddress

    /// Restores a backup (a folder of `pg_dump --format=directory`) on the server, lends the clone, and removes it
    /// whatever came of it.
    ///
    /// With `leavesRemains` nothing is removed, for a server that is thrown away whole. `server` names a database of the server to connect to; its role must be allowed to create databases. Throws
    /// `RehearsalError` and the body's error.
    package static func with<Value>(
        of database: RehearsedDatabase, backup: String, on server: PostgresAddress, limits: RehearsalLimits,
        leavesRemains: Bool = false,
        _ body: (RehearsalClone) async throws -> Value
    ) async throws -> Value {
        let suffix = UUID().uuidString.prefix(8).lowercased()
        let names = ["switchyard_rehearsal_\(suffix)", "switchyard_schema_\(suffix)"]
        let clone = RehearsalClone(address: server.database(names[0]), schema: server.database(names[1]))
        let maker = CloneMaker(database: database, backup: backup, server: server, limits: limits)
        var roles: [String] = []
        do {
            try await maker.check()
            roles = try await maker.makeRoles()
            try await maker.restore(to: clone.address, sections: [])
            try await maker.restore(to: clone.schema, sections: ["--schema-only"])
            try await maker.analyze(clone.address)
            let value = try await body(clone)
            if !leavesRemains { await maker.remove(names, roles: roles) }
            return value
        } catch {
            if !leavesRemains { await maker.remove(names, roles: roles) }
            throw error
        }
    }
}

/// The steps of making a clone.
private struct CloneMaker {
    let database: RehearsedDatabase
    let backup: String
    let server: PostgresAddress
    let limits: RehearsalLimits

    func check() async throws {
        try await connected { connection in
            let version = try await RehearsedDatabase.serverVersion(connection)
            guard version.major >= database.majorVersion else {
                throw RehearsalError.cloneTooOld(version: version.text, needed: database.majorVersion)
            }
            let rows = try await connection.query(
                """
                SELECT current_user AS role, rolcreatedb OR rolsuper AS may_create,
                    (SELECT coalesce(array_agg(name::text), '{}') FROM pg_available_extensions) AS extensions
                FROM pg_roles WHERE rolname = current_user
                """)
            guard try rows[0].decode("may_create") else {
                throw RehearsalError.noRightToCreate(role: try rows[0].decode("role"))
            }
            let missing = Set(database.extensions).subtracting(try rows[0].decode("extensions", as: [String].self))
            guard missing.isEmpty else { throw RehearsalError.missingExtensions(missing.sorted()) }
        }
    }

    /// Makes the roles that own and may use the database's objects, and that the server lacks; none of them can log in.
    func makeRoles() async throws -> [String] {
        try await connected { connection in
            let row = try await connection.query(
                """
                SELECT current_user AS role, rolsuper OR rolcreaterole AS may_create,
                    (SELECT array_agg(rolname::text) FROM pg_roles) AS roles
                FROM pg_roles WHERE rolname = current_user
                """)[0]
            let existing = Set(try row.decode("roles", as: [String].self))
            let missing = database.roles.filter { !existing.contains($0.name) }
            guard try missing.isEmpty || row.decode("may_create") else {
                throw RehearsalError.missingRoles(role: try row.decode("role"), missing: missing.map(\.name))
            }
            try await connection.transaction { connection in
                for role in missing { try await connection.execute("CREATE ROLE \(identifier: role.name) NOLOGIN") }
                for role in missing {
                    for group in role.memberOf {
                        try await connection.execute("GRANT \(identifier: group) TO \(identifier: role.name)")
                    }
                }
            }
            return missing.map(\.name)
        }
    }

    func restore(to address: PostgresAddress, sections: [String]) async throws {
        let name = address.database ?? ""
        try await connected { connection in
            try await connection.execute(
                "CREATE DATABASE \(identifier: name) TEMPLATE template0", deadline: limits.restore)
            try await connection.execute(
                "ALTER DATABASE \(identifier: name) OWNER TO \(identifier: database.owner)")
            if let role = database.role, database.mayCreate {
                try await connection.execute(
                    "GRANT CREATE ON DATABASE \(identifier: name) TO \(identifier: role)")
            }
            let path = database.cloneSearchPath
            try await connection.execute(
                "ALTER DATABASE \(identifier: name) SET search_path = \(unescaped: path.isEmpty ? "''" : path)")
        }
        let program = try await PostgresProgram("pg_restore", of: .find(holding: "pg_restore"))
        do {
            try await PasswordFile.using(address, in: NSTemporaryDirectory()) { variables in
                _ = try await program.run(
                    sections + [
                        "--exit-on-error", "--jobs=2", "--no-password", "--no-tablespaces", "--no-publications",
                        "--no-subscriptions", "--dbname=\(address.connectionStringWithoutPassword)", backup,
                    ], environment: variables, limit: limits.restore)
            }
        } catch let reason as PostgresError {
            throw RehearsalError.restoreFailed(reason)
        }
    }

    /// Counts the rows for the verdicts, and lets the planner choose as on the real database.
    func analyze(_ address: PostgresAddress) async throws {
        try await PostgresConnection.using(address, applicationName: StatementTracer.applicationName) { connection in
            _ = try await connection.execute("ANALYZE", deadline: limits.restore)
        }
    }

    /// In a task of its own, because it must happen in a cancelled one too.
    func remove(_ names: [String], roles: [String]) async {
        let server = server
        let removal = Task {
            try await PostgresConnection.using(server, applicationName: StatementTracer.applicationName) { connection in
                for name in names {
                    try await connection.execute(
                        "DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)", deadline: .seconds(120))
                }
                for role in roles { try await connection.execute("DROP ROLE IF EXISTS \(identifier: role)") }
            }
        }
        // A server that is gone has no clone to remove.
        _ = await removal.result
    }

    private func connected<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(server, applicationName: StatementTracer.applicationName, body)
    }
}
