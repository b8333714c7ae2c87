/// Why a text is no regular expression.
struct PatternFault: Error {
    /// As the end of a sentence, without its full stop.
    let reason: String
}

/// Checks a regular expression of a label matcher: RE2's syntax, as Go has it, which Prometheus uses.
///
/// What the names after `\p` are is left to the server.
struct PromQLPattern {
    /// What an expression or a part of it means for the check.
    struct Part {
        var matchesEmpty: Bool
        /// The product of the counts of the repetitions inside each other, which RE2 limits.
        var weight = 1
        /// Whether only the end of it is what a repetition repeats.
        var isSeveral = false
    }

    let text: [Unicode.Scalar]
    var position = 0
    private var depth = 0

    /// Whether the expression matches a label that is not there.
    static func matchesEmptyText(_ bytes: [UInt8]) throws(PatternFault) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw PatternFault(reason: "it is not UTF-8") }
        var pattern = PromQLPattern(text: Array(text.unicodeScalars))
        let whole = try pattern.alternatives()
        guard pattern.current == nil else { throw PatternFault(reason: "there is a ')' without its '('") }
        return whole.matchesEmpty
    }

    private init(text: [Unicode.Scalar]) { self.text = text }

    var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    func isNext(_ written: String) -> Bool {
        text[position...].starts(with: written.unicodeScalars)
    }

    mutating func take(_ written: String) -> Bool {
        guard isNext(written) else { return false }
        position += written.unicodeScalars.count
        return true
    }

    /// Parts with `|` between them, up to the end or a closing parenthesis.
    private mutating func alternatives() throws(PatternFault) -> Part {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.promQLDepth else {
            throw PatternFault(reason: "it is nested more than \(Limits.promQLDepth) levels deep")
        }
        var whole = try sequence()
        while take("|") {
            let other = try sequence()
            whole.matchesEmpty = whole.matchesEmpty || other.matchesEmpty
            whole.weight = max(whole.weight, other.weight)
        }
        return whole
    }

    private mutating func sequence() throws(PatternFault) -> Part {
        var whole = Part(matchesEmpty: true)
        var last: Part?
        func add(_ part: Part?) {
            guard let part else { return }
            whole.matchesEmpty = whole.matchesEmpty && part.matchesEmpty
            whole.weight = max(whole.weight, part.weight)
        }
        while let scalar = current, scalar != "|", scalar != ")" {
            if let range = try repetition() {
                guard let repeated = last else {
                    throw PatternFault(reason: "there is nothing before '\(scalar)' to repeat")
                }
                last = try part(repeated, times: range)
                guard try repetition() == nil else {
                    throw PatternFault(reason: "two repetitions follow each other")
                }
            } else if let next = try element() {
                add(last)
                last = next
            }
        }
        add(last)
        return whole
    }

    private func part(_ part: Part, times range: Repetition) throws(PatternFault) -> Part {
        let weight = part.weight * max(range.weight, 1)
        guard weight <= Limits.patternRepetitions else {
            throw PatternFault(reason: "something is repeated more than \(Limits.patternRepetitions) times")
        }
        return Part(matchesEmpty: part.matchesEmpty || (range.mayBeNone && !part.isSeveral), weight: weight)
    }

    /// One element; nil for what only sets flags.
    private mutating func element() throws(PatternFault) -> Part? {
        let scalar = text[position]
        switch scalar {
        case "(": return try group()
        case "[":
            try characterClass()
            return Part(matchesEmpty: false)
        case "^", "$":
            position += 1
            return Part(matchesEmpty: true)
        case "\\": return try escape()
        default:
            position += 1
            return Part(matchesEmpty: false)
        }
    }

    private mutating func group() throws(PatternFault) -> Part? {
        guard try isGroup() else { return nil }
        let inner = try alternatives()
        guard take(")") else { throw PatternFault(reason: "there is a '(' without its ')'") }
        return inner
    }
}
