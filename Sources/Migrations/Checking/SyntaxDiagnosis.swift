/// Says why a text is no SQL: often it was written for psql, which understands more than the server.
struct SyntaxDiagnosis {
    private let error: SQLSyntaxError
    private let step: MigrationStep
    private let parser: any SQLParser

    init(_ error: SQLSyntaxError, in step: MigrationStep, parser: any SQLParser) {
        self.error = error
        self.step = step
        self.parser = parser
    }

    var finding: Finding {
        if let copy = copyBefore { return Self.copyFinding(copy) }
        if let metaCommand {
            return Finding(
                .metaCommand, .unusable, at: error.position,
                "'\(metaCommand)' is a command of psql's, which the server does not know.",
                instead: "Write the SQL that the command stands for.")
        }
        return Finding(.syntaxError, .unusable, at: error.position, "This cannot be parsed: \(error.message).")
    }

    /// The same for who would run the step.
    func refusal(of name: MigrationName) -> any Error {
        if let copy = copyBefore { return ExecutionError.copyFromClient(name, copy.position) }
        guard let metaCommand else { return error }
        return ExecutionError.metaCommand(name, error.position, command: metaCommand)
    }

    /// The command of psql's that stands where the error is.
    private var metaCommand: String? {
        textAtError.first == "\\" ? String(textAtError.prefix { !$0.isWhitespace }) : nil
    }

    static func copyFinding(_ statement: SQLStatement) -> Finding {
        Finding(
            .copyWithClient, .unusable, about: statement,
            "COPY FROM STDIN and TO STDOUT need a client that sends or takes the rows; a migration has none.",
            instead: "Write the rows as INSERT INTO ... VALUES.")
    }

    /// From the error to the end of its line.
    private var textAtError: String {
        let index = error.position.line - step.firstLine
        guard lines.indices.contains(index) else { return "" }
        return String(lines[index].unicodeScalars.dropFirst(error.position.column - 1))
    }

    private var lines: [Substring] { step.sql.sqlLines }

    /// The last statement before the error, where it is a COPY whose rows are what the parser stumbled over.
    private var copyBefore: SQLStatement? {
        let before = lines.prefix(error.position.line - step.firstLine).joined(separator: "\n")
        guard let end = before.lastIndex(of: ";") else { return nil }
        let readable = MigrationStep(
            phase: step.phase, file: step.file, sql: String(before[..<end]), firstLine: step.firstLine)
        guard let last = try? readable.statements(by: parser).last, case .copy(_, withClient: true) = last.kind else {
            return nil
        }
        return last
    }
}
