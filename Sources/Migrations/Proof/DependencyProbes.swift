import Postgres

/// Which tables and columns each statement of a release needs, as the server itself works it out.
///
/// Every statement is the body of an SQL function (BEGIN ATOMIC), for which the server records what it depends on,
/// column by column; the functions are gone again when this ends. What a function in PL/pgSQL does in its body is not
/// recorded.
struct DependencyProbes {
    /// A column, or a whole table or view, that a statement needs.
    struct Need: Hashable, Sendable {
        /// With its schema, as a snapshot names it.
        let relation: String
        /// Nil where the statement needs the relation and none of its columns.
        let column: String?
    }

    /// What each statement needs, by its text; statements that the server takes as no function's body are missing.
    private(set) var needs: [String: Set<Need>] = [:]
    /// Functions that statements call and whose bodies the server does not look into.
    private(set) var opaqueFunctions: [String] = []

    /// A statement as it can be prepared, and what its parameters are.
    struct Subject {
        let text: String
        let preparable: String
        /// As the server names them: `integer`, `text`.
        let parameterTypes: [String]
    }

    /// Asks the server on a schema nobody else uses; leaves nothing behind.
    static func ask(about subjects: [Subject], on connection: PostgresConnection) async throws -> DependencyProbes {
        var probes = DependencyProbes()
        try await connection.execute("BEGIN")
        do {
            try await probes.ask(about: subjects, on: connection)
        } catch {
            _ = try? await connection.execute("ROLLBACK")
            throw error
        }
        try await connection.execute("ROLLBACK")
        return probes
    }

    private mutating func ask(about subjects: [Subject], on connection: PostgresConnection) async throws {
        try await connection.execute("CREATE SCHEMA switchyard_probes")
        for (number, subject) in subjects.enumerated() {
            try await connection.execute("SAVEPOINT probe")
            let parameters = subject.parameterTypes.joined(separator: ", ")
            do {
                try await connection.executeScript(
                    """
                    CREATE FUNCTION switchyard_probes.statement_\(number)(\(parameters)) RETURNS void
                    BEGIN ATOMIC \(subject.preparable)
                    ; END
                    """)
            } catch let refusal as PostgresError where refusal.sqlState != nil {
                try await connection.execute("ROLLBACK TO probe")
                continue
            }
            try await connection.execute("RELEASE probe")
            needs[subject.text] = []
        }
        try await readNeeds(of: subjects, on: connection)
        opaqueFunctions = try await connection.query(Self.opaqueCalls).map { try $0.decode("name") }
    }

    private mutating func readNeeds(of subjects: [Subject], on connection: PostgresConnection) async throws {
        for row in try await connection.query(Self.dependencies) {
            let function: String = try row.decode("function")
            guard let number = function.split(separator: "_").last.flatMap({ Int($0) }),
                subjects.indices.contains(number)
            else { continue }
            needs[subjects[number].text, default: []].insert(
                Need(relation: try row.decode("relation"), column: try row.decode("column_name")))
        }
    }

    private static let dependencies: PostgresQuery = """
        SELECT p.proname::text AS function, n.nspname || '.' || c.relname AS relation, a.attname::text AS column_name
        FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
            JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
        WHERE p.pronamespace = 'switchyard_probes'::regnamespace
        """

    private static let opaqueCalls: PostgresQuery = """
        SELECT DISTINCT called.oid::regprocedure::text AS name
        FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
            JOIN pg_proc called ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = called.oid
            JOIN pg_language l ON l.oid = called.prolang
        WHERE p.pronamespace = 'switchyard_probes'::regnamespace AND l.lanname NOT IN ('internal', 'c', 'sql')
        ORDER BY 1
        """

    /// The statements that need what a change takes away or turns into something else.
    func users(of object: CatalogObject) -> [String] {
        needs.filter { _, needs in
            needs.contains { need in
                switch object.kind {
                case .table, .view, .materializedView: need.relation == object.name
                case .column: need.relation == object.parent && need.column == object.name
                default: false
                }
            }
        }.map(\.key).sorted()
    }
}
