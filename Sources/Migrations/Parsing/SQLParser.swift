/// Reads SQL files; the seam behind which libpg_query stands.
package protocol SQLParser: Sendable {
    /// The statements of a file in their order; throws `SQLSyntaxError`.
    func statements(in sql: String, file: String) throws -> [SQLStatement]
}

/// Text that is no SQL.
package struct SQLSyntaxError: Error, Equatable {
    package let position: SQLPosition
    /// What the server's grammar says: `syntax error at or near "selekt"`.
    package let message: String

    package init(position: SQLPosition, message: String) {
        self.position = position
        self.message = message
    }

    func moved(byLines lines: Int) -> SQLSyntaxError {
        SQLSyntaxError(position: position.moved(byLines: lines), message: message)
    }
}

extension SQLSyntaxError: CustomStringConvertible {
    package var description: String { "\(position): \(message)." }
}
