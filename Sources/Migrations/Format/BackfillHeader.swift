/// What the comment lines at the top of a backfill declare: its key, and how many rows a batch has.
struct BackfillHeader {
    /// Nil where the key is written without its table.
    let table: RelationName?
    let key: String
    let keyPosition: SQLPosition
    let batchSize: Int
    /// Of the header's first line.
    let position: SQLPosition

    init(_ step: MigrationStep) throws(BackfillError) {
        let lines = step.sql.sqlLines
        position = SQLPosition(file: step.file, line: step.firstLine, column: 1)
        var key: (parts: [String], position: SQLPosition)?
        var batchSize: Int?
        for (index, line) in lines.enumerated() {
            let text = line.trimmingPrefix(while: \.isWhitespace)
            guard text.hasPrefix("--") else {
                if text.isEmpty { continue }
                break
            }
            let position = SQLPosition(file: step.file, line: step.firstLine + index, column: 1)
            if let match = text.wholeMatch(of: /--\s*key:\s*(?<key>.*?)\s*/) {
                guard key == nil else { throw .declaredTwice(position, "key") }
                guard let parts = Self.parts(ofName: match.key) else {
                    throw .unreadableKey(position, String(match.key))
                }
                key = (parts, position)
            } else if let match = text.wholeMatch(of: /--\s*batch:\s*(?<size>.*?)\s*/) {
                guard batchSize == nil else { throw .declaredTwice(position, "batch") }
                guard let size = Int(match.size), MigrationLimits.backfillBatch.contains(size) else {
                    throw .batchSize(position, String(match.size))
                }
                batchSize = size
            }
        }
        guard let key, let column = key.parts.last else { throw .noKey(position) }
        self.key = column
        keyPosition = key.position
        table = RelationName(parts: key.parts.dropLast())
        self.batchSize = batchSize ?? MigrationLimits.defaultBackfillBatch
    }

    /// `column`, `table.column` or `schema.table.column`; names that need quotes have them.
    private static func parts(ofName text: Substring) -> [String]? {
        let part = /(?<plain>[A-Za-z_][A-Za-z0-9_$]*)|"(?<quoted>(?:[^"]|"")+)"/
        var rest = text
        var parts: [String] = []
        while let match = rest.prefixMatch(of: part) {
            let unquoted = match.quoted.map { String($0).replacing("\"\"", with: "\"") }
            parts.append(unquoted ?? match.plain.map { $0.lowercased() } ?? "")
            rest = rest[match.range.upperBound...]
            if rest.isEmpty { return parts.count <= 3 ? parts : nil }
            guard rest.popFirst() == "." else { return nil }
        }
        return nil
    }
}
