import Domain
import Onboarding
import Postgres

/// Whether migrations and backups can do their work in a database that an environment names.
struct DatabaseExamination {
    private static let limit: Duration = .seconds(5)

    let environment: EnvironmentName
    let url: String

    private var subject: String { "database of \(environment)" }

    /// Connects as migrations and backups do, and asks what they need.
    func finding() async -> Finding {
        do {
            let address = try PostgresAddress(url: url)
            let connection = try await PostgresConnection.connect(
                to: address, applicationName: "switchyard doctor", connectDeadline: Self.limit)
            let rows = try await connection.query(Self.rights, deadline: Self.limit)
            await connection.close()
            let dumper = try? await InstalledPostgres.find("pg_dump").version
            let server = try Server(rows[0], at: address.description)
            return refusal(by: server, dumper: dumper ?? 0) ?? missingRight(on: server)
                ?? .good(
                    subject,
                    "PostgreSQL \(server.version) at \(server.address) lets \(server.login) migrate and back up.")
        } catch {
            return .mend(
                subject, "\(error)",
                remedy: "Correct its url in switchyard.yaml, or start the server and let this user in.")
        }
    }

    /// Why this server is the wrong one, whoever asks.
    private func refusal(by server: Server, dumper: Int) -> Finding? {
        if dumper < server.version {
            return .mend(
                subject, "pg_dump \(dumper) cannot back up PostgreSQL \(server.version) at \(server.address).",
                remedy:
                    "apt-get install postgresql-client-\(server.version), from apt.postgresql.org where Debian has none"
            )
        }
        guard server.isStandby else { return nil }
        return .mend(
            subject, "\(server.address) is a standby, which takes no changes.", remedy: "Name the primary in its url.")
    }

    /// The first right that the user lacks, with the statement that gives it.
    private func missingRight(on server: Server) -> Finding? {
        let user = Self.quoted(server.login)
        if !server.mayMakeSchemas {
            return .mend(
                subject,
                "The user \(server.login) may not make the schema 'switchyard', in which applied migrations are "
                    + "recorded, so migrations would fail.",
                remedy: "GRANT CREATE ON DATABASE \(Self.quoted(server.database)) TO \(user);")
        }
        if !server.mayRecord {
            return .mend(
                subject,
                "The schema 'switchyard' belongs to another user and \(server.login) may not write to it, so "
                    + "migrations would fail.",
                remedy:
                    "GRANT ALL ON SCHEMA switchyard TO \(user); GRANT ALL ON ALL TABLES IN SCHEMA switchyard TO \(user);"
            )
        }
        guard let schema = server.schema else {
            return .mend(
                subject, "The user \(server.login) has no schema to make tables in, so migrations would fail.",
                remedy: "ALTER ROLE \(user) SET search_path = public; or name a schema that is there.")
        }
        if !server.mayMakeTables {
            return .mend(
                subject, "The user \(server.login) may not create tables, so migrations would fail.",
                remedy: "GRANT CREATE ON SCHEMA \(Self.quoted(schema)) TO \(user);")
        }
        guard server.unreadable > 0 else { return nil }
        return .mend(
            subject, "The user \(server.login) may not read \(server.unreadable) tables, so backups would fail.",
            remedy: "GRANT pg_read_all_data TO \(user);")
    }

    private static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}

/// What a server says of itself and of the rights of who asks.
private struct Server {
    let address: String
    let version: Int
    let isStandby: Bool
    let login: String
    let database: String
    /// The one that a table without a schema's name goes into; nil where the search path leads nowhere.
    let schema: String?
    /// `CREATE SCHEMA IF NOT EXISTS` wants it also where the schema exists.
    let mayMakeSchemas: Bool
    let mayRecord: Bool
    let mayMakeTables: Bool
    /// Tables whose rows this user may not see.
    let unreadable: Int

    init(_ row: PostgresRow, at address: String) throws {
        self.address = address
        version = try row.decode("version")
        isStandby = try row.decode("is_standby")
        login = try row.decode("login")
        database = try row.decode("database")
        schema = try row.decode("schema")
        mayMakeSchemas = try row.decode("may_make_schemas")
        mayRecord = try row.decode("may_record")
        mayMakeTables = try row.decode("may_make_tables")
        unreadable = try row.decode("unreadable")
    }
}

extension DatabaseExamination {
    private static let rights: PostgresQuery = """
        SELECT current_setting('server_version_num')::int / 10000 AS version, pg_is_in_recovery() AS is_standby,
            current_user::text AS login, current_database()::text AS database, current_schema()::text AS schema,
            has_database_privilege(current_database(), 'CREATE') AS may_make_schemas,
            coalesce(has_schema_privilege(to_regnamespace('switchyard'), 'CREATE')
                AND has_schema_privilege(to_regnamespace('switchyard'), 'USAGE'), true)
            AND NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('switchyard')
                AND relname = 'migrations' AND NOT (has_table_privilege(oid, 'SELECT')
                AND has_table_privilege(oid, 'INSERT'))) AS may_record,
            coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_make_tables,
            (SELECT count(*) FROM pg_class AS relation JOIN pg_namespace AS namespace
                ON namespace.oid = relation.relnamespace
                WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema')
                AND NOT has_table_privilege(relation.oid, 'SELECT')) AS unreadable
        """
}
