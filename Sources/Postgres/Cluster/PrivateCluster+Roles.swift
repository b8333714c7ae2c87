extension PrivateCluster {
    /// Makes a database and the role that owns it (which cannot log in) where they are missing.
    package func ensureDatabase(_ name: String, owner: String) async throws {
        try await withSuperuser { connection in
            try await connection.ensureRole(owner)
            let existing = try await connection.query("SELECT 1 FROM pg_database WHERE datname = \(name)")
            if existing.isEmpty {
                try await connection.execute("CREATE DATABASE \(identifier: name) OWNER \(identifier: owner)")
            }
            try await connection.execute("REVOKE ALL ON DATABASE \(identifier: name) FROM PUBLIC")
        }
    }

    /// Lets a role that is there log in with a password.
    package func admit(_ role: String, password: String) async throws {
        try await withSuperuser { connection in
            let verifier = try await connection.passwordVerifier(role: role, password: password)
            try await connection.execute("ALTER ROLE \(identifier: role) LOGIN PASSWORD \(literal: verifier)")
        }
    }

    /// Lends a connection that can read `pg_stat_statements` of all databases; nil where the server does not count.
    ///
    /// The extension is not in the application's database, so that no backup of it asks for the extension.
    package func readingStatistics<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value? {
        guard installation.hasStatementStatistics, durability == .full else { return nil }
        return try await withSuperuser { connection in
            try await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            return try await body(connection)
        }
    }

    /// Makes or updates a role that logs in with all rights of a database's owner.
    ///
    /// One that `actsAsOwner` becomes the owner at once, so that what it makes belongs to the owner. A slot's role stays
    /// itself, so that the slots' statements, connections and locks are told apart; what such a role has made in the database
    /// goes to the owner at the next call. `connectionLimit` counts the connections that this role may hold at once. One that
    /// `watchesOthers` sees what all sessions do and how long they have done it, and has an autovacuum give way to it. What one
    /// that `isAudited` reads and writes is in the server's log, where the server has pgaudit; the role can't change that.
    package func ensureLoginRole(
        _ name: String, password: String, memberOf owner: String, in database: String? = nil, actsAsOwner: Bool = true,
        connectionLimit: Int = PostgresLimits.roleConnections, watchesOthers: Bool = false, isAudited: Bool = false
    ) async throws {
        try await withSuperuser(in: database) { connection in
            try await connection.ensureRole(owner)
            try await connection.ensureRole(name)
            // The server and its log see the verifier, never the password.
            let verifier = try await connection.passwordVerifier(role: name, password: password)
            try await connection.execute(
                """
                ALTER ROLE \(identifier: name) LOGIN INHERIT CONNECTION LIMIT \(unescaped: String(connectionLimit)) \
                PASSWORD \(literal: verifier)
                """)
            try await connection.execute("GRANT \(identifier: owner) TO \(identifier: name)")
            if actsAsOwner {
                try await connection.execute("ALTER ROLE \(identifier: name) SET role = \(literal: owner)")
            } else {
                try await connection.execute("ALTER ROLE \(identifier: name) RESET role")
                try await connection.execute("REASSIGN OWNED BY \(identifier: name) TO \(identifier: owner)")
                for kind in ["TABLES", "SEQUENCES", "ROUTINES", "TYPES", "SCHEMAS"] {
                    try await connection.execute(
                        """
                        ALTER DEFAULT PRIVILEGES FOR ROLE \(identifier: name) GRANT ALL ON \(unescaped: kind) \
                        TO \(identifier: owner)
                        """)
                }
            }
            if isAudited, hasAuditing {
                try await connection.execute(
                    "ALTER ROLE \(identifier: name) SET pgaudit.log = 'read, write, ddl, role'")
            }
            guard watchesOthers else { return }
            try await connection.execute("GRANT pg_read_all_stats TO \(identifier: name)")
            try await connection.execute("GRANT SET ON PARAMETER deadlock_timeout TO \(identifier: name)")
        }
    }

    private func withSuperuser<Value>(
        in database: String? = nil, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let address = try database.map { try superuserAddress().database($0) } ?? superuserAddress()
        return try await PostgresConnection.using(address, applicationName: "switchyard", body)
    }
}

extension PostgresConnection {
    fileprivate func ensureRole(_ name: String) async throws {
        guard try await query("SELECT 1 FROM pg_roles WHERE rolname = \(name)").isEmpty else { return }
        do {
            try await execute("CREATE ROLE \(identifier: name) NOLOGIN")
        } catch let error as PostgresError where error.sqlState == "42710" {
            // Someone else made it between the two statements.
        }
    }
}
