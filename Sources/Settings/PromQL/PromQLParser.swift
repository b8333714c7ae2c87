/// Reads a PromQL expression by recursive descent, types included, and throws the first thing that is wrong.
struct PromQLParser {
    private let tokens: [PromQLToken]
    private var position = 0
    private var depth = 0
    /// Whether something was read that Prometheus 2.42 does not know.
    var needsNewerPrometheus = false

    init(_ text: String) {
        tokens = PromQLLexer.tokens(of: text)
        needsNewerPrometheus = tokens.contains { $0.kind == .number && $0.text.contains("_") }
    }

    /// What the whole text gives.
    mutating func whole() throws(PromQLFault) -> PromQLExpression.Kind {
        if current.kind == .end { throw fault("there is no expression") }
        let term = try expression()
        guard current.kind == .end else { throw unexpected(expecting: "an operator or the end of the expression") }
        return term.kind
    }

    /// Reads operands and the operators between them that bind at least as strongly as `strength`.
    mutating func expression(binding strength: Int = 0) throws(PromQLFault) -> PromQLTerm {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.promQLDepth else {
            throw fault("it is nested more than \(Limits.promQLDepth) levels deep")
        }
        var left = try operand()
        while let operation = PromQLOperator(current), operation.strength >= strength {
            let sign = take()
            let matching = try matching()
            let right = try expression(binding: operation.strength + (operation == .power ? 0 : 1))
            left = try combine(left, operation, right, matching, at: sign)
        }
        return left
    }

    /// Reads an operand with what may stand before and behind it.
    private mutating func operand() throws(PromQLFault) -> PromQLTerm {
        guard current.isSymbol("-") || current.isSymbol("+") else {
            return try modified(primary())
        }
        let sign = take()
        let term = try expression(binding: PromQLOperator.power.strength)
        guard term.kind == .scalar || term.kind == .instantVector else {
            throw fault(
                "'\(sign.text)' stands before a scalar or an instant vector, not before \(term.kind.described)",
                at: sign)
        }
        return PromQLTerm(kind: term.kind, start: sign.start)
    }

    private mutating func primary() throws(PromQLFault) -> PromQLTerm {
        switch current.kind {
        case .number:
            return PromQLTerm(kind: .scalar, start: take().start)
        case .duration:
            needsNewerPrometheus = true
            return PromQLTerm(kind: .scalar, start: take().start)
        case .string:
            return PromQLTerm(kind: .string, start: take().start)
        case .symbol where current.isSymbol("("): return try parenthesis()
        case .symbol where current.isSymbol("{"): return try selector(nil)
        case .identifier, .metricName: return try named(take())
        case .keyword(let keyword) where keyword.mayNameMetric: return try named(take())
        default: throw unexpected(expecting: "an expression")
        }
    }

    private mutating func parenthesis() throws(PromQLFault) -> PromQLTerm {
        let open = take()
        let term = try expression()
        guard current.isSymbol(")") else { throw unexpected(expecting: "an operator or ')'") }
        take()
        return PromQLTerm(kind: term.kind, start: open.start)
    }
}

/// A part of an expression that was read.
struct PromQLTerm {
    /// What a range, an offset or a time may follow.
    enum Form {
        case selector
        /// A selector with its range.
        case range
        case subquery
        case other
    }

    let kind: PromQLExpression.Kind
    /// Unicode scalars before it.
    let start: Int
    var form = Form.other
    var hasOffset = false
    /// Whether it has a time: `@ 5`, `@ start()`.
    var hasTime = false
    /// Whether that is a number of seconds.
    var hasFixedTime = false
}

// MARK: - Tokens

extension PromQLParser {
    var current: PromQLToken { tokens[position] }
    var following: PromQLToken { tokens[min(position + 1, tokens.count - 1)] }

    /// The token, and goes on to the next; the last one stays.
    @discardableResult
    mutating func take() -> PromQLToken {
        let token = current
        position = min(position + 1, tokens.count - 1)
        return token
    }

    /// Goes on where the token is that symbol.
    mutating func take(_ symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        take()
        return true
    }

    func fault(_ reason: String, at token: PromQLToken? = nil) -> PromQLFault {
        PromQLFault(offset: (token ?? current).start, reason: reason)
    }

    /// The current token is not what the grammar asks for.
    func unexpected(expecting expected: String) -> PromQLFault {
        if case .fault(let reason) = current.kind { return fault(reason) }
        return fault("\(current.described) stands where \(expected) is expected")
    }
}
