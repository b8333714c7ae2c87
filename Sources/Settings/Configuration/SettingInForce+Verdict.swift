import Domain

extension SettingList {
    /// How releases are judged, key by key.
    mutating func add(_ verdict: VerdictPolicy, below path: String) {
        add("\(path).strategy", verdict.strategy.rawValue, .nextDeployment)
        add("\(path).judge", verdict.conduct.rawValue, .nextStep)
        let stages: [(String, String)] = [
            ("canary_share", Quantity.percentage(verdict.canaryShare)),
            ("canary_dwell", duration(verdict.canarySeconds)), ("canary_units", "\(verdict.canaryUnits)"),
            ("split_share", Quantity.percentage(verdict.splitShare)), ("split_dwell", duration(verdict.splitSeconds)),
            ("stage_deadline", duration(verdict.stageDeadlineSeconds)),
            ("holdback_share", Quantity.percentage(verdict.holdbackShare)),
            ("assignment_period", duration(verdict.assignmentSeconds)),
        ]
        for (key, value) in stages { add("\(path).\(key)", value, .nextStep) }
        add("\(path).inconclusive", verdict.inconclusive.word, .nextStep)
        if case .promote(let approver) = verdict.inconclusive { add("\(path).approver", approver, .nextStep) }
        add(verdict.triggers, below: "\(path).rollback_triggers")
    }

    private mutating func add(_ triggers: RollbackTriggers, below path: String) {
        func percentage(_ part: Double) -> String { Quantity.percentage(Int((part * 10_000).rounded())) }
        func word(_ rollsBack: Bool) -> String { rollsBack ? "rollback" : "ignore" }
        add("\(path).max_error_rate_increase", percentage(triggers.maxErrorRateIncrease), .nextDeployment)
        add("\(path).error_rate_mode", triggers.errorRateMode.rawValue, .nextDeployment)
        add("\(path).max_response_time_increase", percentage(triggers.maxResponseTimeIncrease), .nextDeployment)
        add("\(path).key_feature_failure", word(triggers.keyFeatures), .nextStep)
        add("\(path).database_connection_failure", word(triggers.databaseConnection), .nextStep)
        add("\(path).health_endpoint_failure", word(triggers.healthEndpoint), .nextStep)
        add("\(path).when_both_fail", triggers.whenBothFail.rawValue, .nextStep)
        for metric in triggers.metrics {
            let path = "\(path).metrics.\(metric.name)"
            add("\(path).server", metric.server, .nextStep)
            add("\(path).query", metric.query, .nextStep)
            add("\(path).min", metric.minimum.map { "\($0)" }, .nextStep)
            add("\(path).max", metric.maximum.map { "\($0)" }, .nextStep)
        }
    }
}

extension VerdictPolicy.Inconclusive {
    fileprivate var word: String {
        switch self {
        case .ask: "ask"
        case .hold: "hold"
        case .rollBack: "rollback"
        case .promote: "promote"
        }
    }
}
