import Foundation

/// What a framework's migrator did to a database, as plain SQL in the order in which it was committed.
package struct CapturedMigration: Sendable {
    package let statements: [SQLStatement]
    /// What each of them is good for.
    private let uses: [StatementSieve.Use]

    /// Reads what a role sent; throws `CaptureError`.
    ///
    /// `clone` is the name of the database that it was sent to.
    package init(_ log: ServerLog, clone: String) throws {
        let sieve = StatementSieve(clone: clone)
        var carried: [String: [(String, CapturedStatement)]] = [:]
        var current: [String: String] = [:]
        var kept: [(CapturedStatement, StatementSieve.Use)] = []
        for transaction in try Self.transactions(in: log) {
            for captured in transaction.statements {
                switch try sieve.use(of: captured) {
                case .none: break
                case .setting(let name): carried[transaction.session, default: []].append((name, captured))
                case .change:
                    for (name, setting) in carried.removeValue(forKey: transaction.session) ?? []
                    where current[name] != setting.text {
                        current[name] = setting.text
                        kept.append((setting, .setting(name)))
                    }
                    kept.append((captured, .change))
                }
            }
        }
        statements = try kept.map { try Self.parsed($0.0.text) }
        uses = kept.map(\.1)
    }

    /// Whether the migrator changed nothing.
    package var isEmpty: Bool { statements.isEmpty }

    /// Those that write rows, other than the framework's notes of what is applied.
    package var rowStatements: [SQLStatement] { statements.filter { $0.writesRows && !$0.isBookkeeping } }

    func isSetting(at index: Int) -> Bool { uses[index] != .change }

    /// Of all sessions, in the order of their ends.
    private static func transactions(in log: ServerLog) throws -> [CapturedTransaction] {
        var sessions: [String: CapturedSession] = [:]
        for (position, record) in log.records.enumerated() {
            try sessions[record.session, default: CapturedSession()].take(record, at: position)
        }
        return sessions.values.flatMap(\.transactions).sorted { $0.position < $1.position }
    }

    /// The text with its literals is what will run.
    private static func parsed(_ text: String) throws -> SQLStatement {
        do {
            let statements = try PgQueryParser().statements(in: text, file: "the log")
            guard let statement = statements.first, statements.count == 1 else {
                throw CaptureError.unparsable(statement: text, message: "its parameters do not fit into it")
            }
            return statement
        } catch let error as SQLSyntaxError {
            throw CaptureError.unparsable(statement: text, message: error.message)
        }
    }
}

extension SQLStatement {
    /// Whether it writes rows by its form; DO and CALL may.
    var writesRows: Bool {
        switch kind {
        case .insert, .update, .delete, .merge, .select, .anonymousBlock, .call, .copy: true
        default: false
        }
    }

    /// Whether it is about a framework's own table of what is applied.
    var isBookkeeping: Bool {
        let names: [RelationName] =
            if case .createTable(let table, _, _) = kind { [table] } else { kind.relations }
        return !names.isEmpty && names.allSatisfy { Self.bookkeeping.contains($0.name) }
    }

    /// Of Rails, Django, Prisma and Alembic.
    private static let bookkeeping: Set = [
        "schema_migrations", "ar_internal_metadata", "django_migrations", "_prisma_migrations", "alembic_version",
    ]
}
