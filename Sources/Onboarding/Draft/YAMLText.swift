import Foundation

/// Values as they stand in a YAML file that people read.
enum YAMLText {
    /// A text, in quotes where YAML would take it for something else.
    static func scalar(_ text: String) -> String {
        let isPlain = text.wholeMatch(of: /[A-Za-z\/.][A-Za-z0-9_.\/-]*/) != nil
        let isWord = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"].contains(text.lowercased())
        guard !isPlain || isWord else { return text }
        // A JSON string is a YAML string.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    static func list(_ words: [String]) -> String { "[\(words.map(scalar).joined(separator: ", "))]" }

    /// A text as comment lines of at most 100 characters, where its words allow that.
    static func comment(_ text: String) -> String {
        let lines = text.split(separator: " ").reduce(into: ["#"]) { lines, word in
            if lines[lines.count - 1].count + word.count >= 100 { lines.append("#") }
            lines[lines.count - 1] += " \(word)"
        }
        return lines.joined(separator: "\n")
    }

    /// A version reads best bare, and 1.0 is a text to Settings too.
    static func version(_ text: String) -> String {
        text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_.-]*/) != nil ? text : scalar(text)
    }
}
