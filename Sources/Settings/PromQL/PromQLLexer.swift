/// Takes a PromQL expression into pieces, up to the first place where it is none.
struct PromQLLexer {
    let text: [Unicode.Scalar]
    var position = 0
    private var start = 0
    private var isInBraces = false
    private var isInBrackets = false

    private init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// The pieces; the last one is the end or a fault.
    static func tokens(of text: String) -> [PromQLToken] {
        var lexer = PromQLLexer(text)
        var tokens: [PromQLToken] = []
        repeat {
            tokens.append(lexer.next())
        } while !tokens[tokens.count - 1].isLast
        return tokens
    }

    var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    /// Takes the scalar where it is the next one.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    mutating func takeAll(where belongs: (Unicode.Scalar) -> Bool) {
        while let current, belongs(current) { position += 1 }
    }

    /// What was read since the piece began.
    func token(_ kind: PromQLToken.Kind) -> PromQLToken {
        PromQLToken(kind: kind, text: written(from: start), start: start)
    }

    /// The end of the pieces: what was read is none.
    func fault(_ reason: String) -> PromQLToken { token(.fault(reason)) }

    func written(from first: Int) -> String {
        var written = String.UnicodeScalarView()
        written.append(contentsOf: text[first..<position])
        return String(written)
    }
}

extension PromQLLexer {
    private mutating func next() -> PromQLToken {
        passOver()
        start = position
        guard let first = current else { return token(.end) }
        position += 1
        switch first {
        case "\"", "'": return string(quotedBy: first)
        case "`": return rawString()
        case "(", ")", ",", "}", "]", "+", "-", "*", "/", "%", "^", "@": return closing(first)
        case "{":
            isInBraces = true
            return token(.symbol)
        case "[": return bracket()
        case ":" where isInBrackets: return token(.symbol)
        case "=", "!", "<", ">": return comparison(first)
        case _ where first.isDigit || (first == "." && current?.isDigit == true): return number()
        case _ where first.isLetter: return isInBraces ? labelName() : word()
        case ":" where !isInBraces: return word()
        default: return fault("'\(first)' is not part of any expression here")
        }
    }

    /// Blanks and comments separate, and are nothing else.
    private mutating func passOver() {
        while let current {
            if current.isBlank {
                position += 1
            } else if current == "#" {
                takeAll { $0 != "\n" && $0 != "\r" }
            } else {
                return
            }
        }
    }

    private mutating func closing(_ symbol: Unicode.Scalar) -> PromQLToken {
        if symbol == "}" { isInBraces = false }
        if symbol == "]" { isInBrackets = false }
        return token(.symbol)
    }

    /// What follows a bracket begins at once: a comment there is taken by no Prometheus.
    private mutating func bracket() -> PromQLToken {
        let bracket = token(.symbol)
        isInBrackets = true
        takeAll(where: \.isBlank)
        guard current == "#" else { return bracket }
        start = position
        position += 1
        return fault("a comment cannot stand before a range")
    }

    private mutating func comparison(_ first: Unicode.Scalar) -> PromQLToken {
        let mayBePattern = isInBraces && (first == "=" || first == "!")
        if mayBePattern, take("~") { return token(.symbol) }
        if !(isInBraces && first == "="), take("=") { return token(.symbol) }
        guard first != "!" else { return fault("'!' stands only in '!='\(isInBraces ? " and '!~'" : "")") }
        if first == "=", !isInBraces { return fault("'=' compares nothing: equality is '=='") }
        return token(.symbol)
    }

    private mutating func labelName() -> PromQLToken {
        takeAll(where: \.isWordPart)
        return token(.identifier)
    }

    private mutating func word() -> PromQLToken {
        takeAll { $0.isWordPart || $0 == ":" }
        let word = written(from: start)
        if let keyword = PromQLKeyword.named(word) {
            return token(keyword.isNumber ? .number : .keyword(keyword))
        }
        return token(word.contains(":") ? .metricName : .identifier)
    }
}

extension PromQLToken {
    fileprivate var isLast: Bool {
        switch kind {
        case .end, .fault: true
        default: false
        }
    }
}

extension Unicode.Scalar {
    var isBlank: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" }
    var isDigit: Bool { ("0"..."9").contains(self) }
    var isLetter: Bool { self == "_" || ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
    var isWordPart: Bool { isLetter || isDigit }
    var isHexDigit: Bool { hexValue != nil }

    var hexValue: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
