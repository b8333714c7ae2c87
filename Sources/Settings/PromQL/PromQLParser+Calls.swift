extension PromQLParser {
    /// What begins with a word: an aggregation, a call or a selector.
    mutating func named(_ name: PromQLToken) throws(PromQLFault) -> PromQLTerm {
        let isModified = current.isKeyword(.by, .without)
        if name.keyword?.isAggregation == true, isModified || current.isSymbol("(") {
            return try aggregation(PromQLAggregation(name), named: name)
        }
        // These two came later: before, they are names as others are.
        if let newer = PromQLAggregation(newer: name), current.isSymbol("(") || (isModified && following.isSymbol("("))
        {
            needsNewerPrometheus = true
            return try aggregation(newer, named: name)
        }
        guard current.isSymbol("(") else { return try selector(name) }
        guard name.kind == .identifier else {
            throw fault("'\(name.text)' is no function, and a metric is not followed by '('", at: name)
        }
        return try call(name)
    }

    private mutating func aggregation(
        _ aggregation: PromQLAggregation, named name: PromQLToken
    ) throws(PromQLFault) -> PromQLTerm {
        let isModifiedBefore = try takeModifier()
        let arguments = try arguments(of: name)
        if !isModifiedBefore { _ = try takeModifier() }
        let expected = aggregation.parameter == nil ? 1 : 2
        guard arguments.count == expected else {
            let count = expected == 1 ? "1 argument" : "2 arguments"
            throw fault("'\(name.text)' takes \(count), not \(arguments.count)", at: name)
        }
        if let parameter = aggregation.parameter { try require(parameter, of: arguments[0], 1, in: name) }
        try require(.instantVector, of: arguments[expected - 1], expected, in: name)
        return PromQLTerm(kind: .instantVector, start: name.start)
    }

    /// `by (…)` or `without (…)`, where one of them stands.
    private mutating func takeModifier() throws(PromQLFault) -> Bool {
        guard current.isKeyword(.by, .without) else { return false }
        take()
        _ = try labelNames()
        return true
    }

    private mutating func call(_ name: PromQLToken) throws(PromQLFault) -> PromQLTerm {
        guard let function = PromQLFunction.named[name.text] else {
            let known = PromQLFunction.named.keys.sorted()
            let hint = NearestName.of(name.text, among: known).map { "; did you mean '\($0)'?" } ?? ""
            throw fault("there is no function '\(name.text.shortened)'\(hint)", at: name)
        }
        if function.isNewer { needsNewerPrometheus = true }
        let arguments = try arguments(of: name)
        guard function.counts.contains(arguments.count) else {
            throw fault("'\(name.text)' takes \(function.expectation), not \(arguments.count)", at: name)
        }
        for (index, argument) in arguments.enumerated() {
            try require(function.kind(at: index), of: argument, index + 1, in: name)
        }
        return PromQLTerm(kind: function.result, start: name.start)
    }

    private mutating func arguments(of name: PromQLToken) throws(PromQLFault) -> [PromQLTerm] {
        guard take("(") else { throw unexpected(expecting: "'(' after '\(name.text)'") }
        var arguments: [PromQLTerm] = []
        guard !take(")") else { return arguments }
        while true {
            arguments.append(try expression())
            if take(")") { return arguments }
            guard take(",") else {
                throw unexpected(expecting: "',' or ')' in the arguments of '\(name.text.shortened)'")
            }
        }
    }

    private func require(
        _ kind: PromQLExpression.Kind, of argument: PromQLTerm, _ number: Int, in name: PromQLToken
    ) throws(PromQLFault) {
        guard argument.kind != kind else { return }
        let hint = kind == .rangeVector && argument.form == .selector ? " (add a range such as [5m])" : ""
        throw PromQLFault(
            offset: argument.start,
            reason: "argument \(number) of '\(name.text)' must be \(kind.described), and this is "
                + "\(argument.kind.described)\(hint)")
    }
}

/// What an aggregation takes beside its vector.
struct PromQLAggregation {
    /// The kind of its first argument; nil where the vector is the first.
    let parameter: PromQLExpression.Kind?

    init(_ name: PromQLToken) {
        switch name.keyword {
        case .topk, .bottomk, .quantile: parameter = .scalar
        case .countValues: parameter = .string
        default: parameter = nil
        }
    }

    /// Those that Prometheus 2.42 does not have.
    init?(newer name: PromQLToken) {
        guard ["limitk", "limit_ratio"].contains(name.text.lowercased()) else { return nil }
        parameter = .scalar
    }
}
