/// What takes a release back by itself while users are on it.
package struct RollbackTriggers: Codable, Equatable, Sendable {
    /// How an increase of the error rate is meant.
    package enum ErrorRateMode: String, Codable, Sendable, CaseIterable {
        /// In percentage points: 5 % more than 1 % is 6 %.
        case absolute
        /// As a part of the rate before: 5 % more than 1 % is 1.05 %.
        case relative
    }

    /// What follows when the release before fails the same probe.
    package enum WhenBothFail: String, Codable, Sendable, CaseIterable {
        /// Nothing is changed, and a person is told: the cause lies outside.
        case hold
        /// The release is taken back all the same.
        case rollBack = "rollback"
    }

    /// By how much the error rate may rise, of 1.
    package var maxErrorRateIncrease: Double
    package var errorRateMode: ErrorRateMode
    /// By how much the response time may rise at p50 and p95, of 1.
    package var maxResponseTimeIncrease: Double
    /// Whether a key feature that fails takes the release back.
    package var keyFeatures: Bool
    /// Whether a database that the release cannot reach takes it back.
    package var databaseConnection: Bool
    /// Whether a health endpoint that fails takes the release back.
    package var healthEndpoint: Bool
    package var whenBothFail: WhenBothFail
    package var metrics: [MetricGuard]

    package init(
        maxErrorRateIncrease: Double = 0.05, errorRateMode: ErrorRateMode = .absolute,
        maxResponseTimeIncrease: Double = 0.5, keyFeatures: Bool = true, databaseConnection: Bool = true,
        healthEndpoint: Bool = true, whenBothFail: WhenBothFail = .hold, metrics: [MetricGuard] = []
    ) {
        self.maxErrorRateIncrease = maxErrorRateIncrease
        self.errorRateMode = errorRateMode
        self.maxResponseTimeIncrease = maxResponseTimeIncrease
        self.keyFeatures = keyFeatures
        self.databaseConnection = databaseConnection
        self.healthEndpoint = healthEndpoint
        self.whenBothFail = whenBothFail
        self.metrics = metrics
    }
}

/// A PromQL expression whose value must stay within bounds while a release is judged.
package struct MetricGuard: Codable, Equatable, Sendable {
    /// What people call it: `loads_completed`.
    package var name: String
    /// Where Prometheus answers: `http://127.0.0.1:9090`.
    package var server: String
    package var query: String
    /// The value below which the release is taken back; nil for none.
    package var minimum: Double?
    /// The value beyond which the release is taken back; nil for none.
    package var maximum: Double?

    package init(name: String, server: String, query: String, minimum: Double? = nil, maximum: Double? = nil) {
        self.name = name
        self.server = server
        self.query = query
        self.minimum = minimum
        self.maximum = maximum
    }
}
