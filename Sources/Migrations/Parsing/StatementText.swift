/// The text of a statement without the values in it.
package enum StatementText {
    /// The statement with every value replaced by `?` and without comments; nil where the scanner can't read it.
    ///
    /// Numbers and texts in any quotes are values, also in statements that take no parameters. Names stay.
    package static func withoutValues(_ sql: String) -> String? {
        let tokens = ScanToken.tokens(of: sql)
        guard !tokens.isEmpty else { return nil }
        let bytes = Array(sql.utf8)
        return tokens.filter { !$0.isComment }
            .map { $0.isConstant ? "?" : String(decoding: bytes[$0.range.clamped(to: 0..<bytes.count)], as: UTF8.self) }
            .joined(separator: " ")
    }
}
