import Domain

/// Says whether an application has trouble enough of its own, so that other work had better wait.
actor ErrorBudget {
    /// The newest counts, and those before them: what lies between is judged.
    private var counts: [AnswerCounts] = []
    private var lastLook: ContinuousClock.Instant?
    private var verdict: String?

    private let interval: Duration
    private let answers: @Sendable () async -> AnswerCounts?
    private let healthFault: @Sendable () async -> String?

    /// `answers` counts what the proxy saw, `healthFault` says what the health endpoints find, or nil.
    init(
        interval: Duration = Limits.budgetInterval, answers: @escaping @Sendable () async -> AnswerCounts?,
        healthFault: @escaping @Sendable () async -> String?
    ) {
        self.interval = interval
        self.answers = answers
        self.healthFault = healthFault
    }

    /// What is wrong, in words; nil when nothing is. Looks at most once in the interval.
    func trouble() async -> String? {
        if let lastLook, lastLook.duration(to: .now) < interval { return verdict }
        lastLook = .now
        verdict = await healthFault()
        if let errors = await errorShare() { verdict = errors }
        return verdict
    }

    private func errorShare() async -> String? {
        guard let now = await answers() else { return nil }
        counts = (counts + [now]).suffix(Limits.budgetLooks)
        guard let first = counts.first, now.requests >= first.requests, now.errors >= first.errors else {
            // The proxy's workers are new: they count from nothing.
            counts = [now]
            return nil
        }
        let (requests, errors) = (now.requests - first.requests, now.errors - first.errors)
        guard requests >= Limits.budgetRequests, Double(errors) > Double(requests) * Limits.budgetShare else {
            return nil
        }
        return "the application answered \(errors) of \(requests) requests with 5xx"
    }
}
