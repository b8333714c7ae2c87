import Foundation

/// What a client sent in one message, as the server's log has it: a text of statements, and their parameters.
struct SentMessage: Equatable {
    let text: String
    /// In their order, in text form; nil is NULL.
    let parameters: [String?]

    /// Nil for a line that tells of something else, or of the rest of a result that was fetched before.
    init?(_ record: ServerLog.Record) {
        let message = record.message
        if message.hasPrefix("statement: ") {
            text = String(message.dropFirst("statement: ".count))
            parameters = []
            return
        }
        guard message.hasPrefix("execute "), !message.hasPrefix("execute fetch from "),
            let colon = message.firstRange(of: ": ")
        else { return nil }
        text = String(message[colon.upperBound...])
        parameters = Self.parameters(in: record.detail)
    }

    /// Reads `parameters: $1 = 'it''s', $2 = NULL`.
    static func parameters(in detail: String) -> [String?] {
        guard let start = detail.firstRange(of: "arameters: ") else { return [] }
        var parameters: [String?] = []
        var rest = detail[start.upperBound...]
        while let equals = rest.firstRange(of: " = ") {
            rest = rest[equals.upperBound...]
            guard rest.first == "'" else {
                parameters.append(nil)
                continue
            }
            parameters.append(Self.takeQuoted(&rest))
        }
        return parameters
    }

    /// Takes a text in quotes off the front.
    private static func takeQuoted(_ rest: inout Substring) -> String {
        var value = String.UnicodeScalarView()
        var scalars = rest.unicodeScalars.dropFirst()
        while let scalar = scalars.popFirst() {
            if scalar == "'" {
                guard scalars.first == "'" else { break }
                scalars.removeFirst()
            }
            value.append(scalar)
        }
        rest = Substring(scalars)
        return String(value)
    }
}

extension SQLStatement {
    /// The text with each parameter as a literal; nil is NULL.
    func text(withParameters values: [String?]) -> String {
        var bytes = Array(text.utf8)
        for placeholder in placeholders.reversed() where values.indices.contains(placeholder.number - 1) {
            let literal = values[placeholder.number - 1]?.asSQLLiteral ?? "NULL"
            bytes.replaceSubrange(placeholder.range, with: literal.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
