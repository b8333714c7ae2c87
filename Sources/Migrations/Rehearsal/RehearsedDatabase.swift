import Glibc
package import Postgres

/// What has to be known of a database before it can be rehearsed for; reading it changes nothing.
package struct RehearsedDatabase: Sendable {
    package let address: PostgresAddress
    package let majorVersion: Int
    package let sizeInBytes: Int
    /// Of the largest table with its indexes, which a statement may write anew.
    package let largestTableInBytes: Int
    /// The role that the migrations will run as; nil for a superuser.
    package let role: String?
    /// The role that owns the database, and with it what nobody else owns, such as the schema `public`.
    package let owner: String
    /// Whether that role may make schemas and extensions in it.
    package let mayCreate: Bool
    let searchPath: String
    /// The role that connects.
    package let user: String
    package let roles: [Role]
    package let extensions: [String]

    /// The search path with which names mean the same on the clone.
    package var cloneSearchPath: String {
        // As the executor does, so that the history's schema does not become the "$user" schema.
        if user == "switchyard" { return "public" }
        // A superuser's migrations are played by the clone's, who is called otherwise.
        return role == nil ? searchPath.replacing("\"$user\"", with: user.asSQLIdentifier) : searchPath
    }

    /// A role of the server, so that owners, privileges and policies mean the same on the clone.
    package struct Role: Sendable {
        package let name: String
        package let memberOf: [String]
    }

    /// Looks at the database; throws `RehearsalError` when it is older than PostgreSQL 15 or its rows cannot all be read.
    package static func examine(
        _ address: PostgresAddress, oldest: Int = RehearsalLimits.oldestServer
    ) async throws -> RehearsedDatabase {
        try await PostgresConnection.using(address, applicationName: StatementTracer.applicationName) { connection in
            let version = try await serverVersion(connection)
            guard version.major >= oldest else { throw RehearsalError.serverTooOld(version: version.text) }
            try await checkRights(connection)
            return try await read(connection, address, majorVersion: version.major)
        }
    }

    static func serverVersion(_ connection: PostgresConnection) async throws -> (major: Int, text: String) {
        let row = try await connection.query(
            """
            SELECT current_setting('server_version_num')::int / 10000 AS major,
                split_part(current_setting('server_version'), ' ', 1) AS text
            """)[0]
        return (try row.decode("major"), try row.decode("text"))
    }

    /// What a clone may come to: its rows, and one table written anew beside itself.
    package var cloneSizeInBytes: Int { sizeInBytes + largestTableInBytes }

    /// Throws `RehearsalError.diskTooSmall` when a backup and a clone of it would not fit on the folder's disk beside what
    /// must stay free.
    package func checkDisk(at folder: String) throws {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        try checkDisk(at: folder, freeBytes: Int(status.f_bavail) * Int(status.f_frsize))
    }

    /// The same for so many free bytes.
    package func checkDisk(at folder: String, freeBytes free: Int) throws {
        let needed = sizeInBytes + cloneSizeInBytes + RehearsalLimits.diskReserve
        guard free >= needed else {
            throw RehearsalError.diskTooSmall(folder: folder, neededBytes: needed, freeBytes: free)
        }
    }

    private static func checkRights(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            SELECT current_user AS role, c.oid::regclass::text AS name,
                has_table_privilege(c.oid, 'SELECT') AS readable
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
                AND c.relkind IN ('r', 'p', 'm', 'S')
                AND (NOT has_table_privilege(c.oid, 'SELECT') OR row_security_active(c.oid))
            ORDER BY 2 LIMIT 1000
            """)
        guard let role = try rows.first?.decode("role", as: String.self) else { return }
        let unreadable = try rows.filter { try !$0.decode("readable") }
        let tables = try (unreadable.isEmpty ? rows : unreadable).map { try $0.decode("name", as: String.self) }
        guard unreadable.isEmpty else { throw RehearsalError.unreadableTables(role: role, tables: tables) }
        throw RehearsalError.hiddenRows(role: role, tables: tables)
    }

    private static func read(
        _ connection: PostgresConnection, _ address: PostgresAddress, majorVersion: Int
    ) async throws -> RehearsedDatabase {
        let facts = try await connection.query(
            """
            SELECT pg_database_size(current_database()) AS size, current_setting('search_path') AS search_path,
                coalesce((SELECT max(pg_total_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'm')), 0)
                    AS largest,
                current_user::text AS user_name,
                (SELECT CASE WHEN rolsuper THEN NULL ELSE rolname END FROM pg_roles WHERE rolname = current_user)
                    AS role,
                (SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database()) AS owner,
                has_database_privilege(current_database(), 'CREATE') AS may_create,
                (SELECT coalesce(array_agg(extname::text), '{}') FROM pg_extension) AS extensions
            """)[0]
        let roles = try await connection.query(
            """
            SELECT r.rolname AS name, coalesce(array_agg(g.rolname::text) FILTER (WHERE g.rolname IS NOT NULL), '{}')
                AS groups
            FROM pg_roles r LEFT JOIN pg_auth_members m ON m.member = r.oid LEFT JOIN pg_roles g ON g.oid = m.roleid
            WHERE r.rolname !~ '^pg_' GROUP BY r.rolname ORDER BY r.rolname
            LIMIT \(unescaped: String(RehearsalLimits.roles))
            """)
        return RehearsedDatabase(
            address: address, majorVersion: majorVersion, sizeInBytes: try facts.decode("size"),
            largestTableInBytes: try facts.decode("largest"), role: try facts.decode("role"),
            owner: try facts.decode("owner"), mayCreate: try facts.decode("may_create"),
            searchPath: try facts.decode("search_path"), user: try facts.decode("user_name"),
            roles: try roles.map { Role(name: try $0.decode("name"), memberOf: try $0.decode("groups")) },
            extensions: try facts.decode("extensions"))
    }
}
