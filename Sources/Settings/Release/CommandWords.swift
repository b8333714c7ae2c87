/// Splits a command line into words as a shell does, and expands nothing.
enum CommandWords {
    /// Why a command line cannot be split.
    enum Refusal: Error, Equatable, CustomStringConvertible {
        case openQuote(Character)
        /// A character that only a shell would understand.
        case needsShell(Character)

        var description: String {
            switch self {
            case .openQuote(let quote):
                "has an opening \(quote) without its closing one"
            case .needsShell(let character):
                "uses the shell's \(character), but no shell runs it; write [sh, -c, \"…\"] or quote it"
            }
        }
    }

    /// The words of a line; quotes and backslashes keep spaces together.
    static func split(_ line: String) throws(Refusal) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\" && quote != "'" {
                isEscaped = true
                word = word ?? ""
            } else if let open = quote {
                if "$`".contains(character) && open == "\"" { throw .needsShell(character) }
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let finished = word { words.append(finished) }
                word = nil
            } else if "$`|&;<>()*?".contains(character) {
                throw .needsShell(character)
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let quote { throw .openQuote(quote) }
        if isEscaped { throw .openQuote("\\") }
        return words + (word.map { [$0] } ?? [])
    }
}
