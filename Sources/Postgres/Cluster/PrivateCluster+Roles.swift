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

    /// Makes or updates a role that logs in and then acts as `owner`, so that what it creates belongs to the owner.
    ///
    /// One such role a slot tells the slots' statements, connections and locks apart. `connectionLimit` counts the
    /// connections that this role may hold at once. One that `watchesOthers` sees what all sessions do and how long
    /// they have done it, and has an autovacuum give way to it.
    package func ensureLoginRole(
        _ name: String, password: String, memberOf owner: String, connectionLimit: Int = PostgresLimits.roleConnections,
        watchesOthers: Bool = false
    ) async throws {
        try await withSuperuser { connection in
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
            try await connection.execute("ALTER ROLE \(identifier: name) SET role = \(literal: owner)")
            guard watchesOthers else { return }
            try await connection.execute("GRANT pg_read_all_stats TO \(identifier: name)")
            try await connection.execute("GRANT SET ON PARAMETER deadlock_timeout TO \(identifier: name)")
        }
    }

    private func withSuperuser<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(superuserAddress(), applicationName: "switchyard", body)
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
