import Domain

extension VerdictPolicy {
    /// Reads how releases of an environment are judged; the keys stand beside the environment's others.
    init(keys: MappingReader, of environment: EnvironmentName) {
        self.init()
        if environment.rawValue == "dev" { strategy = .blueGreen }
        func choice<Value: CaseIterable & RawRepresentable<String>>(
            _ key: String, _ field: WritableKeyPath<Self, Value>, _ summary: String
        ) {
            let reader = ValueReader<Value>.choice(Value.allCases.map(\.rawValue)) { Value(rawValue: $0) }
            if let value = keys.optional(key, reader, summary) { self[keyPath: field] = value }
        }
        func share(_ key: String, _ field: WritableKeyPath<Self, Int>, _ summary: String) {
            let summary = "\(summary); \(Quantity.percentage(self[keyPath: field])) by default."
            if let share = keys.optional(key, .percentage(basisPoints: 1...9_999), summary) {
                self[keyPath: field] = share
            }
        }
        func duration(
            _ key: String, _ field: WritableKeyPath<Self, Double>, from least: Int = 0, _ summary: String
        ) {
            let standard = Quantity.duration(Int(self[keyPath: field] * 1_000))
            let reader = ValueReader<Double>.duration(milliseconds: least...604_800_000)
            if let seconds = keys.optional(key, reader, "\(summary); \(standard) by default.") {
                self[keyPath: field] = seconds
            }
        }
        choice(
            "strategy", \.strategy,
            "How a release comes to all users: in stages with a verdict each, or at once; progressive by default, "
                + "blue_green in an environment called dev.")
        choice(
            "judge", \.conduct, "Whether verdicts act, or are written down only while probes watch; act by default.")
        share("canary_share", \.canaryShare, "The part of the users who get a release first")
        duration("canary_dwell", \.canarySeconds, "How long the canary lasts at least")
        let units = "Users, or their assignments, that the canary must have seen at least; \(canaryUnits) by default."
        canaryUnits = keys.optional("canary_units", .integer(1...1_000_000), units) ?? canaryUnits
        share("split_share", \.splitShare, "The part of the users in the stage in which health is proved")
        duration("split_dwell", \.splitSeconds, "How long the split lasts at least")
        duration(
            "stage_deadline", \.stageDeadlineSeconds, from: 1_000,
            "How long a stage may go without a verdict before 'inconclusive' decides")
        share(
            "holdback_share", \.holdbackShare, "The part of the users who stay on the release before until the commit")
        duration(
            "assignment_period", \.assignmentSeconds, from: 1_000, "How often it is drawn anew who gets which release")
        inconclusive = Inconclusive(keys: keys)
        triggers =
            keys.optional("rollback_triggers", .rollbackTriggers, "What takes a release back by itself.") ?? triggers
        reportContradictions(in: keys)
    }

    /// Values that are right each and wrong together.
    private func reportContradictions(in keys: MappingReader) {
        let (canary, split) = (Quantity.percentage(canaryShare), Quantity.percentage(splitShare))
        if canaryShare > splitShare {
            keys.report(
                keys.isWritten("canary_share") ? "canary_share" : "split_share",
                "'canary_share' is \(canary), more than 'split_share', which is \(split); the canary is the smaller stage."
            )
        }
        if splitShare + holdbackShare > 10_000 {
            let holdback = Quantity.percentage(holdbackShare)
            keys.report(
                keys.isWritten("holdback_share") ? "holdback_share" : "split_share",
                "'holdback_share' is \(holdback) and 'split_share' \(split); together they can be 100% at most, or the "
                    + "last stage would have fewer users than the split.")
        }
        for (key, seconds) in [("canary_dwell", canarySeconds), ("split_dwell", splitSeconds)]
        where seconds > stageDeadlineSeconds {
            let deadline = Quantity.duration(Int(stageDeadlineSeconds * 1_000))
            keys.report(
                keys.isWritten(key) ? key : "stage_deadline",
                "'\(key)' is \(Quantity.duration(Int(seconds * 1_000))), longer than 'stage_deadline', which is "
                    + "\(deadline); no stage could end in time.")
        }
    }
}

extension VerdictPolicy.Inconclusive {
    /// Reads `inconclusive` and the `approver` that belongs to one of its values.
    fileprivate init(keys: MappingReader) {
        let words = ["ask", "hold", "rollback", "promote"]
        let word = keys.optional(
            "inconclusive", ValueReader<String>.choice(words) { $0 },
            "What happens where neither harm nor health was proved in time; ask by default.")
        let approver = keys.optional(
            "approver", .text(limit: 64), "The person who answers for it where 'inconclusive' is promote.")
        switch word {
        case "hold": self = .hold
        case "rollback": self = .rollBack
        case "promote": self = .promote(approver: approver ?? "")
        default: self = .ask
        }
        if word == "promote", !keys.isWritten("approver") {
            keys.report(
                "inconclusive",
                "'inconclusive: promote' lets releases go on without proof, so somebody answers for it: name a person "
                    + "under 'approver'.")
        } else if word != "promote", keys.isWritten("approver") {
            keys.report(
                "approver",
                "'approver' is who answers for 'inconclusive: promote', and nothing is promoted without proof here; "
                    + "remove it.")
        }
    }
}
