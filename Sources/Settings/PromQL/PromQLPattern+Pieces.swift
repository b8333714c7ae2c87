extension PromQLPattern {
    /// How often something is repeated.
    struct Repetition {
        let mayBeNone: Bool
        /// The count that RE2 limits; 1 for `*`, `+` and `?`.
        var weight = 1
    }

    /// The repetition that stands here, with the `?` behind it.
    mutating func repetition() throws(PatternFault) -> Repetition? {
        let repetition: Repetition
        if take("*") || take("?") {
            repetition = Repetition(mayBeNone: true)
        } else if take("+") {
            repetition = Repetition(mayBeNone: false)
        } else if let counted = try counted() {
            repetition = counted
        } else {
            return nil
        }
        _ = take("?")
        return repetition
    }

    /// `{2}`, `{2,}` or `{2,4}`; what else begins with a brace stands for itself.
    private mutating func counted() throws(PatternFault) -> Repetition? {
        guard current == "{", let end = text[position...].firstIndex(of: "}") else { return nil }
        var inner = String.UnicodeScalarView()
        inner.append(contentsOf: text[(position + 1)..<end])
        let counts = /(?<least>0|[1-9][0-9]*)(?<comma>,(?<most>0|[1-9][0-9]*)?)?/
        guard let match = String(inner).wholeMatch(of: counts)?.output else { return nil }
        position = end + 1
        let least = Int(match.least) ?? .max
        let most = match.comma == nil ? least : match.most.map { Int($0) ?? .max }
        guard least <= Limits.patternRepetitions, (most ?? least) <= Limits.patternRepetitions, least <= most ?? least
        else {
            throw PatternFault(reason: "'{\(String(inner).shortened)}' is no count of repetitions")
        }
        return Repetition(mayBeNone: least == 0, weight: most ?? least)
    }

    /// Passes over what opens a group; false for flags alone, which are passed over whole.
    mutating func isGroup() throws(PatternFault) -> Bool {
        position += 1
        guard take("?") else { return true }
        if take("P<") {
            let first = position
            while let current, current != ">" { position += 1 }
            let name = String(String.UnicodeScalarView(text[first..<position]))
            guard take(">"), !name.isEmpty, name.unicodeScalars.allSatisfy(\.isWordPart) else {
                throw PatternFault(reason: "a group's name has letters, digits and '_' only")
            }
            return true
        }
        return try takeFlags()
    }

    /// `i`, `m-s` and so on, up to `:` (true) or `)` (false).
    private mutating func takeFlags() throws(PatternFault) -> Bool {
        var isNegated = false
        var hasFlag = false
        while let scalar = current {
            position += 1
            switch scalar {
            case "i", "m", "s", "U": hasFlag = true
            case "-" where !isNegated:
                isNegated = true
                hasFlag = false
            case ":" where hasFlag || !isNegated: return true
            case ")" where hasFlag || !isNegated: return false
            default: throw PatternFault(reason: "'(?' is followed by what RE2 does not know, such as a look-ahead")
            }
        }
        throw PatternFault(reason: "there is a '(' without its ')'")
    }
}
