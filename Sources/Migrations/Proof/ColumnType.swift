/// A column's type as `format_type` writes it, as far as one may hold all values of another.
struct ColumnType {
    /// Without its modifiers: `character varying`.
    private let base: String
    /// `8, 2` of `numeric(8,2)`; empty where there are none.
    private let modifiers: [Int]

    init(_ text: String) {
        let open = text.firstIndex(of: "(") ?? text.endIndex
        let close = text.firstIndex(of: ")") ?? text.endIndex
        let tail = close < text.endIndex ? text[text.index(after: close)...] : ""
        base = String(text[..<open] + tail)
        modifiers =
            open < close
            ? text[text.index(after: open)..<close].split(separator: ",").compactMap {
                Int($0.filter { $0.isNumber || $0 == "-" })
            } : []
    }

    /// Whether code that knows this type can go on writing to and reading from a column of the other.
    func widens(to other: ColumnType) -> Bool {
        switch (base, other.base) {
        case ("character varying", "character varying"), ("character", "character varying"),
            ("bit varying", "bit varying"), ("timestamp with time zone", "timestamp with time zone"),
            ("timestamp without time zone", "timestamp without time zone"), ("interval", "interval"):
            return isNoLonger(than: other)
        case ("character varying", "text"), ("text", "character varying"):
            return other.modifiers.isEmpty
        case ("numeric", "numeric"):
            guard !other.modifiers.isEmpty else { return true }
            guard modifiers.count == 2, other.modifiers.count == 2 else { return false }
            let (digits, others) = (modifiers[0] - modifiers[1], other.modifiers[0] - other.modifiers[1])
            return others >= digits && other.modifiers[1] >= modifiers[1]
        case ("smallint", "integer"), ("smallint", "bigint"), ("integer", "bigint"), ("real", "double precision"),
            ("cidr", "inet"):
            return true
        default:
            return false
        }
    }

    private func isNoLonger(than other: ColumnType) -> Bool {
        guard let length = other.modifiers.first else { return true }
        return modifiers.first.map { $0 <= length } ?? false
    }
}
