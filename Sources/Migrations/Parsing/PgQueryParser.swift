import CPGQuery
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Parses with libpg_query, which is the server's own grammar.
package struct PgQueryParser: SQLParser {
    package init() {}

    package func statements(in sql: String, file: String) throws -> [SQLStatement] {
        try DeepStack.run {
            var parsing = FileParsing(sql: sql, file: file)
            return try parsing.statements()
        }
    }
}

/// One file on its way through libpg_query, which counts in bytes.
private struct FileParsing {
    private let sql: String
    private var cursor: SQLTextCursor

    init(sql: String, file: String) {
        self.sql = sql
        cursor = SQLTextCursor(file: file, text: sql)
    }

    mutating func statements() throws -> [SQLStatement] {
        let ranges = try split()
        let tokens = ScanToken.tokens(of: sql).filter { !$0.isComment }
        var rest = tokens[...]
        return try ranges.map { range in
            rest = rest.drop { $0.range.lowerBound < range.lowerBound }
            let own = rest.prefix { $0.range.upperBound <= range.upperBound }
            return try statement(of: own)
        }
    }

    /// The bytes of each statement, with the comments around it.
    private mutating func split() throws -> [Range<Int>] {
        let result = pg_query_split_with_parser(sql)
        defer { pg_query_free_split_result(result) }
        if let error = result.error { throw syntaxError(error.pointee) }
        return UnsafeBufferPointer(start: result.stmts, count: Int(result.n_stmts)).compactMap { statement in
            guard let statement = statement?.pointee else { return nil }
            let start = Int(statement.stmt_location)
            return start..<start + Int(statement.stmt_len)
        }
    }

    private mutating func statement(of tokens: ArraySlice<ScanToken>) throws -> SQLStatement {
        let start = tokens.first?.range.lowerBound ?? 0
        let text = cursor.text(start..<(tokens.last?.range.upperBound ?? start))
        let position = cursor.position(ofByte: start)
        guard let tree = tree(of: text) else {
            throw SQLSyntaxError(
                position: position, message: "the statement is too large: write it as several")
        }
        return SQLStatement(
            text: text, position: position, kind: SQLStatementKind(tree: tree), fingerprint: fingerprint(of: text),
            placeholders: tokens.filter(\.isParameter).compactMap { token in
                Int(cursor.text(token.range).dropFirst()).map { number in
                    let range = token.range.lowerBound - start..<token.range.upperBound - start
                    return SQLPlaceholder(number: number, range: range)
                }
            })
    }

    /// Nil for a tree that is larger than any statement's that a person wrote.
    private func tree(of statement: String) -> ParseNode? {
        let result = pg_query_parse(statement)
        defer { pg_query_free_parse_result(result) }
        guard let text = result.parse_tree, case let count = strlen(text), count <= MigrationLimits.parseTree else {
            return nil
        }
        return ParseNode(json: Array(UnsafeRawBufferPointer(start: text, count: count)))
    }

    private func fingerprint(of statement: String) -> String {
        let result = pg_query_fingerprint(statement)
        defer { pg_query_free_fingerprint_result(result) }
        return result.fingerprint_str.map { String(cString: $0) } ?? ""
    }

    /// libpg_query counts in code points here.
    private mutating func syntaxError(_ error: PgQueryError) -> SQLSyntaxError {
        let before = sql.unicodeScalars.prefix(max(0, Int(error.cursorpos) - 1))
        let byte = sql.utf8.distance(from: sql.startIndex, to: before.endIndex)
        return SQLSyntaxError(
            position: cursor.position(ofByte: byte),
            message: error.message.map { String(cString: $0) } ?? "the text is no SQL")
    }
}

/// A thread whose stack bears any nesting that a file of `MigrationLimits.fileSize` can hold: the parser recurses.
private enum DeepStack {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = Outcome<Value>()
        let thread = Thread { result.set(Result(catching: work)) }
        thread.name = "parser"
        thread.stackSize = MigrationLimits.parserStack
        thread.start()
        return try result.wait().get()
    }

    /// What the thread leaves behind when it is done.
    private final class Outcome<Value: Sendable>: Sendable {
        private let value = Mutex<Result<Value, any Error>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func set(_ result: Result<Value, any Error>) {
            value.withLock { $0 = result }
            done.signal()
        }

        func wait() -> Result<Value, any Error> {
            done.wait()
            return value.withLock { $0 ?? .failure(CancellationError()) }
        }
    }
}
