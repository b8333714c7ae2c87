/// A step that is to run, parsed.
struct ExecutionStep: Sendable {
    let name: MigrationName
    let step: MigrationStep
    let statements: [SQLStatement]

    var phase: MigrationPhase { step.phase }
    var sql: String { step.sql }
    var sha256: String { step.sha256 }

    /// Throws `SQLSyntaxError`, or `ExecutionError` for what no step may hold.
    init(_ name: MigrationName, _ step: MigrationStep, parser: any SQLParser) throws {
        self.name = name
        self.step = step
        do {
            statements = try step.statements(by: parser)
        } catch let error as SQLSyntaxError {
            throw SyntaxDiagnosis(error, in: step, parser: parser).refusal(of: name)
        }
        for statement in statements {
            switch statement.kind {
            case .transactionControl(let word):
                throw ExecutionError.transactionControl(name, statement.position, word: word)
            case .copy(_, withClient: true):
                throw ExecutionError.copyFromClient(name, statement.position)
            case .serverWide:
                throw ExecutionError.serverWide(name, statement.position)
            case .createIndex(let index) where index.concurrently && index.name == nil:
                throw ExecutionError.unnamedIndex(name, statement.position)
            default: break
            }
        }
    }

    /// A step that is recorded and not run.
    init(_ name: MigrationName, unread step: MigrationStep) {
        self.name = name
        self.step = step
        statements = []
    }

    /// The statements from the given one on that share a transaction.
    func group(from first: Int) -> Range<Int> {
        let end = statements[first...].firstIndex(where: \.runsOutsideTransaction) ?? statements.count
        return first..<end
    }
}
