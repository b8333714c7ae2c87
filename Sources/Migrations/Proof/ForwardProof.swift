import Postgres

/// Asks the server whether statements of the running release still work on the changed schema.
///
/// A session prepares them before the change, as a pool of connections would have, and the server revalidates their
/// plans afterwards: columns that are gone, renamed or ambiguous, functions, types, arbiters of ON CONFLICT and changed
/// results are refused with the same error that the release would get.
actor ForwardProof {
    private let session: PostgresConnection
    private var prepared: [Prepared] = []
    /// Statements that the unchanged schema refuses already, so that nothing is known of them.
    private(set) var unproved: [String] = []
    /// What each statement needs of the unchanged schema.
    private(set) var probes = DependencyProbes()

    private struct Prepared {
        let name: String
        let text: String
        let preparable: String
        let parameterTypes: [String]
        var isBroken = false
    }

    /// A statement and how the server refuses it now.
    struct Break: Sendable {
        let text: String
        let reason: String
    }

    /// How many statements are watched.
    var count: Int { prepared.count }

    init(schema: PostgresAddress) async throws {
        session = try await PostgresConnection.connect(to: schema, applicationName: StatementTracer.applicationName)
    }

    func close() async { await session.close() }

    func prepare(_ texts: [String]) async throws {
        for (index, text) in texts.enumerated() {
            let name = "observed_\(index)"
            guard let statement = try await prepare(text, as: name) else {
                unproved.append(text)
                continue
            }
            prepared.append(statement)
        }
        let subjects = prepared.map { statement in
            DependencyProbes.Subject(
                text: statement.text, preparable: statement.preparable, parameterTypes: statement.parameterTypes)
        }
        probes = try await DependencyProbes.ask(about: subjects, on: session)
    }

    /// The statements that need an object and that no error has told of yet: a changed type is no error to prepare for.
    func silentBreaks(of objects: [CatalogObject]) -> [Break] {
        var breaks: [Break] = []
        for object in objects {
            let users = Set(probes.users(of: object))
            for index in prepared.indices where !prepared[index].isBroken && users.contains(prepared[index].text) {
                prepared[index].isBroken = true
                breaks.append(Break(text: prepared[index].text, reason: "it depends on the \(object.id)"))
            }
        }
        return breaks
    }

    /// The statements that have stopped to work since the last call.
    func breaks() async throws -> [Break] {
        var breaks: [Break] = []
        for index in prepared.indices where !prepared[index].isBroken {
            guard let reason = try await refusal(of: prepared[index]) else { continue }
            prepared[index].isBroken = true
            breaks.append(Break(text: prepared[index].text, reason: reason))
        }
        return breaks
    }

    private func prepare(_ text: String, as name: String) async throws -> Prepared? {
        for candidate in [text, text.withCastsForTypedLiterals] {
            do {
                try await session.execute("PREPARE \(unescaped: name) AS \(unescaped: candidate)")
            } catch let refusal as PostgresError where refusal.sqlState != nil {
                continue
            }
            let rows = try await session.query(
                "SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = \(name)")
            let statement = Prepared(
                name: name, text: text, preparable: candidate, parameterTypes: try rows[0].decode("types"))
            return try await refusal(of: statement) == nil ? statement : nil
        }
        return nil
    }

    /// How the server refuses to plan it; nil when it does not.
    private func refusal(of statement: Prepared) async throws -> String? {
        let values = statement.parameterTypes.map { _ in "NULL" }.joined(separator: ", ")
        let arguments = values.isEmpty ? "" : "(\(values))"
        do {
            try await session.execute("EXPLAIN EXECUTE \(unescaped: statement.name + arguments)")
            return nil
        } catch PostgresError.server(let state, let message, _, _) {
            return "\(state): \(message)"
        }
    }
}

extension String {
    /// `interval $1`, as pg_stat_statements writes `interval '1 day'`, is no SQL; `$1::interval` is.
    fileprivate var withCastsForTypedLiterals: String {
        replacing(
            #/(?i)\b(?<type>interval|date|timestamptz|timestamp|timetz|time)\s+(?<parameter>\$\d+)/#
        ) { match in "\(match.parameter)::\(match.type)" }
    }
}
