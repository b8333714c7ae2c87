/// A PromQL expression whose syntax and types are right; what it selects and computes is not kept.
///
/// The grammar is that of Prometheus 2.42. What newer ones added is taken too where it is on by default there or a
/// function or aggregation behind a feature flag: a server says itself what it does not know.
package struct PromQLExpression: Equatable, Sendable {
    /// What an expression gives when it is evaluated.
    package enum Kind: String, Equatable, Sendable {
        case scalar
        case instantVector = "instant vector"
        case rangeVector = "range vector"
        case string

        /// With its article, for sentences.
        var described: String { self == .instantVector ? "an \(rawValue)" : "a \(rawValue)" }
    }

    package let kind: Kind
    /// Whether a Prometheus 2.42 would refuse it.
    package let needsNewerPrometheus: Bool

    /// Throws the first thing that is wrong.
    package init(_ text: String) throws(PromQLFault) {
        var parser = PromQLParser(text)
        kind = try parser.whole()
        needsNewerPrometheus = parser.needsNewerPrometheus
    }

    /// Throws also where the expression cannot give the one number that a guard compares.
    package init(guard text: String) throws(PromQLFault) {
        try self.init(text)
        switch kind {
        case .scalar, .instantVector: return
        case .rangeVector:
            throw PromQLFault(
                offset: 0,
                reason: "the expression gives a range vector, and a guard needs one number: put a function such as "
                    + "rate() or avg_over_time() around it")
        case .string:
            throw PromQLFault(offset: 0, reason: "the expression gives a string, and a guard needs one number")
        }
    }
}
