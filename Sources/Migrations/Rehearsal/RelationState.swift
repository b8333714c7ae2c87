import Postgres

/// The relations of a database as one look at the catalog saw them, with what our own transaction did to them so far.
struct RelationStates {
    private(set) var byNumber: [Int: RelationState] = [:]

    subscript(number: Int) -> RelationState? { byNumber[number] }

    /// Looks at all relations that are no part of PostgreSQL; reads catalogs only, so it adds nothing to the counts.
    static func take(on connection: PostgresConnection) async throws -> RelationStates {
        let rows = try await connection.query(
            """
            SELECT c.oid::bigint AS number, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
                coalesce(i.indrelid::bigint, t.oid::bigint, 0) AS owner,
                coalesce(pg_relation_filenode(c.oid)::bigint, 0) AS file,
                coalesce(pg_relation_size(c.oid), 0) AS size, greatest(c.reltuples, 0)::bigint AS rows,
                pg_stat_get_xact_tuples_returned(c.oid) AS scanned,
                pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid) AS changed,
                coalesce(i.indisvalid, true) AS valid
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_index i ON i.indexrelid = c.oid
            LEFT JOIN pg_class t ON t.reltoastrelid = c.oid AND c.relkind = 't'
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'switchyard')
                AND c.relkind IN ('r', 'm', 'p', 'v', 'i', 'I')
                AND n.nspname !~ '^pg_(toast|temp)'
            """)
        var states = RelationStates()
        for row in rows {
            let state = try RelationState(row)
            states.byNumber[state.number] = state
        }
        return states
    }
}

/// One relation at one time.
struct RelationState {
    let number: Int
    let name: RelationName
    let kind: String
    /// The table of an index; 0 for tables.
    let owner: Int
    let file: Int
    let size: Int
    let rows: Int
    let scanned: Int
    let changed: Int
    let isValid: Bool

    var isIndex: Bool { kind == "i" || kind == "I" }
    var isMaterializedView: Bool { kind == "m" }

    fileprivate init(_ row: PostgresRow) throws {
        number = try row.decode("number")
        name = RelationName(schema: try row.decode("schema"), try row.decode("name"))
        kind = try row.decode("kind")
        owner = try row.decode("owner")
        file = try row.decode("file")
        size = try row.decode("size")
        rows = try row.decode("rows")
        scanned = try row.decode("scanned")
        changed = try row.decode("changed")
        isValid = try row.decode("valid")
    }
}
