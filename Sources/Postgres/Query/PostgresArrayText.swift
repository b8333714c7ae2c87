/// The text format of one-dimensional arrays: `{1,NULL,"a \"quoted\" text"}`.
enum PostgresArrayText {
    /// The elements; a nil element is SQL's NULL. Nil when the text is no one-dimensional array.
    static func elements(of text: String) -> [String?]? {
        guard text.first == "{", text.last == "}", text.utf8.count >= 2 else { return nil }
        var scanner = Scanner(remaining: text.dropFirst().dropLast())
        return scanner.elements()
    }

    private struct Scanner {
        var remaining: Substring

        mutating func elements() -> [String?]? {
            var elements: [String?] = []
            if remaining.isEmpty { return elements }
            while true {
                guard let element = remaining.first == "\"" ? quoted().map(Optional.some) : bare() else { return nil }
                elements.append(element)
                guard let separator = remaining.popFirst() else { return elements }
                guard separator == "," else { return nil }
            }
        }

        private mutating func quoted() -> String? {
            remaining.removeFirst()
            var element = ""
            while let character = remaining.popFirst() {
                switch character {
                case "\"": return element
                case "\\":
                    guard let escaped = remaining.popFirst() else { return nil }
                    element.append(escaped)
                default: element.append(character)
                }
            }
            return nil
        }

        /// A word up to the next comma: outer nil is no element, inner nil is NULL.
        private mutating func bare() -> String?? {
            let word = remaining.prefix { $0 != "," }
            guard !word.isEmpty, !word.contains("{") else { return nil }
            remaining = remaining.dropFirst(word.count)
            return .some(word == "NULL" ? nil : String(word))
        }
    }
}
