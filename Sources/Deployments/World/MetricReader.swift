package import Domain

/// Asks Prometheus for the value of a guard's expression.
package protocol MetricReader: Sendable {
    /// The one value that the expression has now, or why there is none.
    func value(of guard: MetricGuard) async -> MetricValue
}

/// What Prometheus said.
package enum MetricValue: Sendable, Equatable {
    case value(Double)
    /// Nothing can be concluded: no answer, no or several series, NaN, a warning. Never a pass.
    case inconclusive(String)
}
