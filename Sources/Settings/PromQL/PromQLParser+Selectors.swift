extension PromQLParser {
    /// A selector whose name, if it has one, is read.
    mutating func selector(_ name: PromQLToken?) throws(PromQLFault) -> PromQLTerm {
        let open = current
        let term = PromQLTerm(kind: .instantVector, start: (name ?? open).start, form: .selector)
        guard take("{") else { return term }
        var metric = name
        var selects = false
        while !take("}") {
            if try matcher(ofMetric: &metric, isNamedBefore: name != nil) { selects = true }
            if !take(","), !current.isSymbol("}") { throw unexpected(expecting: "',' or '}' in the selector") }
        }
        guard selects || metric != nil else {
            throw fault(
                "the selector has no matcher that refuses an empty label, so it would select everything", at: open)
        }
        return term
    }

    /// One matcher; whether it refuses a series without that label.
    private mutating func matcher(
        ofMetric metric: inout PromQLToken?, isNamedBefore: Bool
    ) throws(PromQLFault) -> Bool {
        let label = current
        switch label.kind {
        case .identifier: break
        case .string: needsNewerPrometheus = true
        default: throw unexpected(expecting: "a label or '}'")
        }
        take()
        let isName: Bool
        if case .string = label.kind { isName = current.isSymbol(",") || current.isSymbol("}") } else { isName = false }
        if isName || (label.text == "__name__" && isNamedBefore) {
            if metric != nil { throw fault("the metric's name is given twice", at: label) }
            metric = label
            return true
        }
        guard ["=", "!=", "=~", "!~"].contains(where: current.isSymbol) else {
            throw unexpected(expecting: "one of =, !=, =~ and !~")
        }
        let comparison = take().text
        guard case .string(let bytes) = current.kind else { throw unexpected(expecting: "a label's value in quotes") }
        let value = take()
        return try refusesEmpty(comparison, bytes, at: value)
    }

    private func refusesEmpty(
        _ comparison: String, _ bytes: [UInt8], at value: PromQLToken
    ) throws(PromQLFault) -> Bool {
        switch comparison {
        case "=": return !bytes.isEmpty
        case "!=": return bytes.isEmpty
        default: break
        }
        do throws(PatternFault) {
            return try PromQLPattern.matchesEmptyText(bytes) == (comparison == "!~")
        } catch {
            throw fault("\(value.text.shortened) is no regular expression of RE2: \(error.reason)", at: value)
        }
    }
}

// MARK: - Ranges, offsets and times

extension PromQLParser {
    /// The term with the ranges, offsets and times that follow it.
    mutating func modified(_ term: PromQLTerm) throws(PromQLFault) -> PromQLTerm {
        var term = term
        while true {
            if current.isSymbol("[") {
                term = try ranged(term)
            } else if current.isKeyword(.offset) {
                let word = take()
                try require(!term.hasOffset, term, word)
                if current.isSymbol("-") { take() }
                if try duration() == 0 { needsNewerPrometheus = true }
                term.hasOffset = true
            } else if current.isSymbol("@") {
                let sign = take()
                try require(!term.hasTime, term, sign)
                term.hasFixedTime = try time()
                term.hasTime = true
            } else {
                return term
            }
        }
    }

    private mutating func ranged(_ term: PromQLTerm) throws(PromQLFault) -> PromQLTerm {
        let open = take()
        try positiveDuration()
        if take("]") {
            guard term.form == .selector else {
                throw fault("only a selector has a range; of anything else take a subquery such as [5m:1m]", at: open)
            }
            // Prometheus lets start() and end() stand before the range.
            guard !term.hasOffset, !term.hasFixedTime else {
                throw fault("the range stands before '\(term.hasOffset ? "offset" : "@")', not behind it", at: open)
            }
            return PromQLTerm(kind: .rangeVector, start: term.start, form: .range, hasTime: term.hasTime)
        }
        guard take(":") else { throw unexpected(expecting: "']' or ':' after the range") }
        if !current.isSymbol("]") { try positiveDuration() }
        guard take("]") else { throw unexpected(expecting: "']' after the subquery's step") }
        guard term.kind == .instantVector else {
            throw fault("a subquery is taken of an instant vector, and this is \(term.kind.described)", at: open)
        }
        return PromQLTerm(kind: .rangeVector, start: term.start, form: .subquery)
    }

    private func require(_ isFirst: Bool, _ term: PromQLTerm, _ word: PromQLToken) throws(PromQLFault) {
        guard term.form != .other else {
            throw fault("'\(word.text)' follows a selector, a range or a subquery only", at: word)
        }
        guard isFirst else { throw fault("'\(word.text)' is given twice", at: word) }
    }

    private mutating func positiveDuration() throws(PromQLFault) {
        let token = current
        guard try duration() > 0 else { throw fault("a range or step must be longer than nothing", at: token) }
    }

    /// Seconds.
    private mutating func duration() throws(PromQLFault) -> Double {
        let seconds: Double?
        switch current.kind {
        case .duration: seconds = PromQLDuration.seconds(of: current.text)
        case .number:
            needsNewerPrometheus = true
            seconds = PromQLNumber.value(of: current.text)
        default: throw unexpected(expecting: "a duration such as 5m")
        }
        guard let seconds, seconds.magnitude < 9e9 || current.kind == .duration else {
            throw fault("\(current.text) is no length of time")
        }
        take()
        return seconds
    }

    /// What follows `@`: seconds since 1970 (true), `start()` or `end()`.
    private mutating func time() throws(PromQLFault) -> Bool {
        if current.isKeyword(.start, .end) {
            let word = take()
            guard take("("), take(")") else { throw unexpected(expecting: "'()' after '\(word.text)'") }
            return false
        }
        if current.isSymbol("-") || current.isSymbol("+") { take() }
        if current.kind == .duration { needsNewerPrometheus = true }
        guard current.kind == .number || current.kind == .duration else {
            throw unexpected(expecting: "a time in seconds since 1970, start() or end()")
        }
        let seconds = PromQLNumber.value(of: current.text) ?? 0
        guard seconds.magnitude < 0x1p63 else { throw fault("\(current.text) is no time that Prometheus knows") }
        take()
        return true
    }
}
