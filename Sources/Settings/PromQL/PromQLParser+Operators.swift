/// How the series of two operands find each other.
struct PromQLMatching {
    var answersWithNumber = false
    var labels: [String] = []
    var areLabelsMeant = false
    /// `group_left` or `group_right`.
    var grouping: PromQLToken?
    var included: [String] = []
}

extension PromQLParser {
    /// What may stand between an operator and its right operand: `bool`, `on (…)`, `ignoring (…)`, `group_left (…)`.
    mutating func matching() throws(PromQLFault) -> PromQLMatching {
        var matching = PromQLMatching()
        if current.isKeyword(.bool) {
            take()
            matching.answersWithNumber = true
        }
        guard current.isKeyword(.on, .ignoring) else { return matching }
        matching.areLabelsMeant = take().isKeyword(.on)
        matching.labels = try labelNames()
        guard current.isKeyword(.groupLeft, .groupRight) else { return matching }
        matching.grouping = take()
        if current.isSymbol("(") { matching.included = try labelNames() }
        return matching
    }

    /// `(a, b)`
    mutating func labelNames() throws(PromQLFault) -> [String] {
        guard take("(") else { throw unexpected(expecting: "a list of labels in parentheses") }
        var names: [String] = []
        while !current.isSymbol(")") {
            switch current.kind {
            case .identifier: break
            case .keyword(let keyword) where keyword.mayNameLabel: break
            case .string: needsNewerPrometheus = true
            default: throw unexpected(expecting: names.isEmpty ? "a label or ')'" : "a label")
            }
            names.append(take().text)
            if !take(","), !current.isSymbol(")") { throw unexpected(expecting: "',' or ')' in the list of labels") }
        }
        take()
        return names
    }

    /// The operation's value, once its operands are known.
    func combine(
        _ left: PromQLTerm, _ operation: PromQLOperator, _ right: PromQLTerm, _ matching: PromQLMatching,
        at sign: PromQLToken
    ) throws(PromQLFault) -> PromQLTerm {
        for term in [left, right] where term.kind == .string || term.kind == .rangeVector {
            throw PromQLFault(
                offset: term.start,
                reason: "'\(sign.text)' takes scalars and instant vectors, and this is \(term.kind.described)")
        }
        let areVectors = left.kind == .instantVector && right.kind == .instantVector
        let areScalars = left.kind == .scalar && right.kind == .scalar
        if matching.answersWithNumber, !operation.isComparison {
            throw fault("'bool' belongs to comparisons, and '\(sign.text)' is none", at: sign)
        }
        if operation.isComparison, areScalars, !matching.answersWithNumber {
            throw fault("a comparison of two scalars needs 'bool': write '\(sign.text) bool'", at: sign)
        }
        if operation.joinsSets, !areVectors {
            throw fault("'\(sign.text)' joins instant vectors, and one of these is a scalar", at: sign)
        }
        try check(matching, of: operation, areVectors: areVectors, at: sign)
        return PromQLTerm(kind: areScalars ? .scalar : .instantVector, start: left.start)
    }

    private func check(
        _ matching: PromQLMatching, of operation: PromQLOperator, areVectors: Bool, at sign: PromQLToken
    ) throws(PromQLFault) {
        if matching.areLabelsMeant, let label = matching.labels.first(where: matching.included.contains) {
            throw fault("the label '\(label)' cannot be matched on and taken over at once", at: matching.grouping)
        }
        if !areVectors, !matching.labels.isEmpty {
            throw fault(
                "labels can be matched between two instant vectors only, and one of these is a scalar", at: sign)
        }
        if areVectors, operation.joinsSets, let grouping = matching.grouping {
            throw fault("'\(grouping.text)' cannot be used with '\(sign.text)'", at: grouping)
        }
    }
}
