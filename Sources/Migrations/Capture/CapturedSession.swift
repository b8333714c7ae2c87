/// What one session of a migrator sent, sorted by what became of it: only what was committed counts.
struct CapturedSession {
    /// Those that were committed so far, in their order.
    private(set) var transactions: [CapturedTransaction] = []
    private var block: Block?
    /// The last message: an error may be about it.
    private var lastText = ""
    private var lastHasOwnTransactions = false
    private let parser: any SQLParser

    init(parser: any SQLParser = PgQueryParser()) { self.parser = parser }

    /// What stands between BEGIN and COMMIT.
    private struct Block {
        var statements: [CapturedStatement] = []
        var savepoints: [(name: String, count: Int)] = []
        var isAborted = false

        mutating func mark(_ name: String) { savepoints.append((name, statements.count)) }

        mutating func release(_ name: String) {
            guard let index = savepoints.lastIndex(where: { $0.name == name }) else { return }
            savepoints.removeSubrange(index...)
        }

        /// The savepoint itself stays.
        mutating func goBack(to name: String) {
            guard let index = savepoints.lastIndex(where: { $0.name == name }) else { return }
            statements.removeSubrange(savepoints[index].count...)
            savepoints.removeSubrange((index + 1)...)
            isAborted = false
        }
    }

    /// Takes the next line of the session's log; `position` is its place among those of all sessions.
    mutating func take(_ record: ServerLog.Record, at position: Int) throws {
        if record.isError { return try fail(record) }
        guard let message = SentMessage(record) else { return }
        let statements = try statements(of: message)
        let controls = statements.contains { if case .transactionControl = $0.kind { true } else { false } }
        (lastText, lastHasOwnTransactions) = (message.text, controls && statements.count > 1)
        for statement in statements {
            let text = statement.text(withParameters: message.parameters)
            try take(CapturedStatement(text: text, statement: statement), of: record, at: position)
        }
    }

    private func statements(of message: SentMessage) throws -> [SQLStatement] {
        do {
            return try parser.statements(in: message.text, file: "the log")
        } catch let error as SQLSyntaxError {
            throw CaptureError.unparsable(statement: message.text, message: error.message)
        }
    }

    private mutating func take(
        _ statement: CapturedStatement, of record: ServerLog.Record, at position: Int
    ) throws {
        if case .transactionControl(let word) = statement.statement.kind {
            return try control(word, statement, record, position)
        }
        if block != nil {
            block?.statements.append(statement)
        } else if let last = transactions.last, last.isOne(of: record) {
            transactions[transactions.count - 1].statements.append(statement)
        } else {
            transactions.append(
                CapturedTransaction(
                    session: record.session, virtualTransaction: record.virtualTransaction, position: position,
                    statements: [statement]))
        }
    }

    /// What the server refused, and with it what shared its transaction.
    private mutating func fail(_ record: ServerLog.Record) throws {
        if lastHasOwnTransactions, record.query == lastText {
            throw CaptureError.brokenScript(statement: lastText)
        }
        if block != nil {
            block?.isAborted = true
            if record.endsSession { block = nil }
        } else if let last = transactions.last, last.isOne(of: record) || last.isBuilt(by: record.query) {
            // Also after COMMIT, which deferred constraints may refuse.
            transactions.removeLast()
        }
    }
}

// MARK: - Transactions

extension CapturedSession {
    private mutating func control(
        _ word: String, _ captured: CapturedStatement, _ record: ServerLog.Record, _ position: Int
    ) throws {
        let text = captured.statement.text
        switch word {
        case "BEGIN", "START": begin(record)
        case "COMMIT":
            if let block, !block.isAborted {
                transactions.append(
                    CapturedTransaction(
                        session: record.session, virtualTransaction: record.virtualTransaction, position: position,
                        statements: block.statements))
            }
            block = block != nil && text.isChained ? Block() : nil
        case "ROLLBACK":
            if block == nil, let last = transactions.last, last.isOne(of: record) { transactions.removeLast() }
            block = block != nil && text.isChained ? Block() : nil
        case "SAVEPOINT": block?.mark(text.savepointName)
        case "RELEASE": block?.release(text.savepointName)
        case "ROLLBACK TO": block?.goBack(to: text.savepointName)
        default:
            throw CaptureError.hidden(statement: text)
        }
    }

    private mutating func begin(_ record: ServerLog.Record) {
        guard block == nil else { return }
        block = Block()
        // What was sent with it, before it and without an end between them, belongs to it.
        guard let last = transactions.last, last.isOne(of: record) else { return }
        block?.statements = last.statements
        transactions.removeLast()
    }
}

/// A statement that a migrator sent, with its parameters in its text.
struct CapturedStatement {
    let text: String
    /// As it was sent.
    let statement: SQLStatement
}

/// Statements that were committed together.
struct CapturedTransaction {
    let session: String
    let virtualTransaction: String
    /// Of its end, or of its beginning where it has no end of its own, among the lines of all sessions.
    let position: Int
    var statements: [CapturedStatement]

    /// Whether a line of the log tells of this transaction.
    fileprivate func isOne(of record: ServerLog.Record) -> Bool {
        record.isInTransaction && record.virtualTransaction == virtualTransaction
    }

    /// Whether it is a statement that goes through several transactions (CONCURRENTLY), of that text.
    fileprivate func isBuilt(by text: String) -> Bool {
        statements.count == 1 && statements[0].statement.runsOutsideTransaction
            && text.contains(statements[0].statement.text)
    }
}

extension String {
    fileprivate var isChained: Bool { contains(#/(?i)\bAND\s+CHAIN\b/#) }

    /// The last words of SAVEPOINT, RELEASE and ROLLBACK TO, as the server reads names.
    fileprivate var savepointName: String {
        let name = replacing(
            #/(?i)^(?:ROLLBACK(?:\s+(?:WORK|TRANSACTION))?\s+TO\s+|RELEASE\s+)?(?:SAVEPOINT\s+)?/#, with: "")
        return name.hasPrefix("\"") ? String(name.dropFirst().dropLast()) : name.lowercased()
    }
}
