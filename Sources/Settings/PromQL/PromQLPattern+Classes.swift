extension PromQLPattern {
    /// An escape outside of brackets.
    mutating func escape() throws(PatternFault) -> Part? {
        if take("\\Q") {
            let first = position
            while current != nil, !isNext("\\E") { position += 1 }
            let length = position - first
            guard take("\\E") else { throw PatternFault(reason: "'\\Q' is not ended by '\\E'") }
            return length == 0 ? nil : Part(matchesEmpty: false, isSeveral: length > 1)
        }
        for assertion in ["\\A", "\\B", "\\z"] where take(assertion) { return Part(matchesEmpty: true) }
        // An empty text has no word, so no end of a word either.
        if take("\\b") { return Part(matchesEmpty: false) }
        if try takeClassEscape() { return Part(matchesEmpty: false) }
        _ = try escapedScalar()
        return Part(matchesEmpty: false)
    }

    /// `[…]`, of which the bracket is the next scalar.
    mutating func characterClass() throws(PatternFault) {
        position += 1
        _ = take("^")
        var isFirst = true
        while isFirst || current != "]" {
            isFirst = false
            if isNext("[:"), let end = endOfNamedClass() {
                let name = String(String.UnicodeScalarView(text[(position + 2)..<end]))
                guard Self.classNames.contains(name.hasPrefix("^") ? String(name.dropFirst()) : name) else {
                    throw PatternFault(reason: "there is no class '[:\(name.shortened):]'")
                }
                position = end + 2
                continue
            }
            if try takeClassEscape() { continue }
            let low = try classScalar()
            guard current == "-", position + 1 < text.count, text[position + 1] != "]" else { continue }
            position += 1
            guard try classScalar() >= low else { throw PatternFault(reason: "a range in brackets runs backwards") }
        }
        position += 1
    }

    private static let classNames: Set = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
        "word", "xdigit",
    ]

    private func endOfNamedClass() -> Int? {
        text.indices.dropLast().first { $0 >= position + 2 && text[$0] == ":" && text[$0 + 1] == "]" }
    }

    private mutating func classScalar() throws(PatternFault) -> UInt32 {
        guard let scalar = current else { throw PatternFault(reason: "there is a '[' without its ']'") }
        if scalar == "\\" { return try escapedScalar() }
        position += 1
        return scalar.value
    }

    /// `\d`, `\pL` and their kind.
    private mutating func takeClassEscape() throws(PatternFault) -> Bool {
        for escape in ["\\d", "\\D", "\\s", "\\S", "\\w", "\\W"] where take(escape) { return true }
        guard take("\\p") || take("\\P") else { return false }
        guard let first = current else { throw PatternFault(reason: "'\\p' needs the name of a class") }
        position += 1
        guard first == "{" else {
            guard "CLMNPSZ".unicodeScalars.contains(first) else {
                throw PatternFault(reason: "there is no class '\\p\(first)'")
            }
            return true
        }
        _ = take("^")
        let start = position
        while let current, current.isWordPart { position += 1 }
        guard position > start, take("}") else {
            throw PatternFault(reason: "'\\p{' needs the name of a class and '}'")
        }
        return true
    }

    /// The scalar that an escape stands for.
    private mutating func escapedScalar() throws(PatternFault) -> UInt32 {
        position += 1
        guard let scalar = current else { throw PatternFault(reason: "it ends with a '\\'") }
        position += 1
        switch scalar {
        case "0"..."7":
            // One digit would refer back to a group, which RE2 does not do.
            guard scalar == "0" || current.map({ ("0"..."7").contains($0) }) == true else {
                throw PatternFault(reason: "'\\\(scalar)' refers back to a group, which RE2 does not do")
            }
            return octal(scalar.value - 0x30)
        case "x": return try hexadecimal()
        case "a", "f", "n", "r", "t", "v": return ["a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11][scalar] ?? 0
        case _ where scalar.isASCII && (!scalar.isWordPart || scalar == "_"): return scalar.value
        default: throw PatternFault(reason: "'\\\(scalar)' is no escape that RE2 knows")
        }
    }

    private mutating func octal(_ first: UInt32) -> UInt32 {
        var value = first
        for _ in 0..<2 {
            guard let digit = current?.hexValue, digit < 8 else { break }
            value = value * 8 + digit
            position += 1
        }
        return value
    }

    private mutating func hexadecimal() throws(PatternFault) -> UInt32 {
        let isBraced = take("{")
        var value: UInt32 = 0
        var count = 0
        while let digit = current?.hexValue, isBraced || count < 2 {
            value = value * 16 + digit
            count += 1
            position += 1
            guard value <= 0x10_ffff else { break }
        }
        let isComplete = isBraced ? count > 0 && take("}") : count == 2
        guard isComplete, value <= 0x10_ffff else { throw PatternFault(reason: "'\\x' needs two hexadecimal digits") }
        return value
    }
}
