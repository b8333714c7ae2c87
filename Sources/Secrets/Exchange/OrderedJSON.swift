/// A JSON value whose members keep their order, which SOPS's MAC depends on.
indirect enum OrderedJSON: Equatable {
    case object([Member])
    case array([OrderedJSON])
    case string(String)
    /// As it is written: 1.50 stays 1.50.
    case number(String)
    case bool(Bool)
    case null

    struct Member: Equatable {
        let key: String
        let value: OrderedJSON
    }

    subscript(key: String) -> OrderedJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    var elements: [OrderedJSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension OrderedJSON {
    /// As SOPS writes it: a tab a level, a member a line.
    func encoded(indentation: String = "") -> String {
        let inner = indentation + "\t"
        switch self {
        case .object(let members):
            let lines = members.map { "\(inner)\(Self.quoted($0.key)): \($0.value.encoded(indentation: inner))" }
            return lines.isEmpty ? "{}" : "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
        case .array(let elements):
            let lines = elements.map { inner + $0.encoded(indentation: inner) }
            return lines.isEmpty ? "[]" : "[\n\(lines.joined(separator: ",\n"))\n\(indentation)]"
        case .string(let text): return Self.quoted(text)
        case .number(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .null: return "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + String(decoding: SecretEncodings.json(Array(text.utf8), style: .plain), as: UTF8.self) + "\""
    }
}
