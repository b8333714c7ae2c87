/// Tells the statements that a migration is made of from those that a migrator needs for itself only.
struct StatementSieve {
    /// The database that the migrator worked on.
    let clone: String

    /// What a statement is good for.
    enum Use: Equatable {
        case change
        /// A setting that says what later statements mean, by its name.
        case setting(String)
        /// Reading, looking and asking for locks.
        case none
    }

    /// Throws `CaptureError` for what cannot be written down.
    func use(of captured: CapturedStatement) throws -> Use {
        let use = try kindOfUse(captured.statement)
        guard use == .none || clone.isEmpty || !captured.text.contains(clone) else {
            throw CaptureError.namesClone(statement: captured.text)
        }
        return use
    }

    private func kindOfUse(_ statement: SQLStatement) throws -> Use {
        switch statement.kind {
        case .select:
            // The only reading statement that frameworks write with: where a table's sequence goes on.
            return statement.text.contains(#/(?i)\bsetval\s*\(/#) ? .change : .none
        case .setting(let name?) where Self.meaningful.contains(name.lowercased()): return .setting(name.lowercased())
        case .copy(_, withClient: true):
            guard statement.text.contains(#/(?i)\bFROM\s+STDIN\b/#) else { return .none }
            throw CaptureError.copyFromClient(statement: statement.text)
        case .serverWide(let node):
            guard node != "DiscardStmt" else { return .none }
            throw CaptureError.serverWide(statement: statement.text)
        case .other("ExecuteStmt"): throw CaptureError.hidden(statement: statement.text)
        case .other(let node): return Self.idle.contains(node) ? .none : .change
        case .setting, .transactionControl, .vacuum, .analyze: return .none
        default: return .change
        }
    }

    /// Which names and values without a schema or time zone mean something else.
    private static let meaningful: Set = ["search_path", "timezone", "datestyle", "intervalstyle"]

    private static let idle: Set = [
        "nothing", "VariableShowStmt", "ExplainStmt", "PrepareStmt", "DeallocateStmt", "DeclareCursorStmt",
        "FetchStmt", "ClosePortalStmt", "ListenStmt", "UnlistenStmt", "NotifyStmt", "LoadStmt", "CheckPointStmt",
    ]
}
