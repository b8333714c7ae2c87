package import Domain
package import Foundation
package import Judging

/// A release on trial: everything that was seen of it since it had users, and what that proves.
///
/// It is a fold over its opening and its looks, which are written down, so that anyone can come to the same verdict again.
package struct Trial: Sendable {
    /// How it began.
    package struct Opening: Codable, Equatable, Sendable {
        package var deployment: DeploymentID
        package var at: Date
        package var green: Party
        package var blue: Party
        package var settings: JudgeSettings
        package var conduct: VerdictPolicy.Conduct
        /// What blue did in the half hour before.
        package var before: SlotCounts
        /// The metrics that were out of their bounds then; nil in what older versions wrote.
        package var metricsOutBefore: [String]?
    }

    /// A slot and the release in it.
    package struct Party: Codable, Equatable, Sendable {
        package var slot: SlotName
        package var release: ReleaseReference
    }

    /// What was seen in about a second.
    package struct Look: Codable, Equatable, Sendable {
        package var at: Date
        package var stage: Stage
        /// Of 10,000.
        package var share: Int
        package var ticks: [Tick]
        package var green: AnswerCounts
        package var blue: AnswerCounts
        /// Why part of it is not known, or may not be concluded from.
        package var gap: String?
        package var waitsForDecision: Bool
        /// Whether both releases failed a probe then; nil where they did not, and in what older versions wrote.
        package var bothFail: Bool?
    }

    package let opening: Opening
    package private(set) var looks = 0
    package private(set) var judge: Judge
    /// Each release beside what blue did before.
    package private(set) var greenHistory: HistoryJudge
    package private(set) var blueHistory: HistoryJudge
    private(set) var difference: DifferenceInterval
    private(set) var green = AnswerCounts()
    private(set) var blue = AnswerCounts()
    private(set) var greenTimes: ResponseTimeHistogram
    private(set) var blueTimes: ResponseTimeHistogram
    private(set) var last: Look?

    package init(_ opening: Opening) {
        self.opening = opening
        judge = Judge(opening.settings, blueBefore: opening.before)
        greenHistory = HistoryJudge(opening.settings, blueBefore: opening.before)
        blueHistory = greenHistory
        difference = DifferenceInterval(prior: opening.settings.prior(after: opening.before))
        greenTimes = ResponseTimeHistogram(allowedFactor: opening.settings.timeFactor)
        blueTimes = greenTimes
    }

    package mutating func observe(_ look: Look) {
        for tick in look.ticks {
            judge.observe(tick)
            if look.bothFail != true {
                greenHistory.observe(tick.green, clientsWithErrors: tick.greenClientsWithErrors)
                blueHistory.observe(tick.blue)
            }
            difference.observe(tick.outcomes, share: tick.share)
            greenTimes += tick.green.times
            blueTimes += tick.blue.times
        }
        if look.bothFail == true {
            // What is known to lie outside is forgotten with its cause, or it would be told of once more afterwards.
            greenHistory = HistoryJudge(opening.settings, blueBefore: opening.before)
            blueHistory = greenHistory
        }
        green += look.green
        blue += look.blue
        last = look
        looks += 1
    }

    package var report: VerdictReport {
        let stage = last?.stage ?? .canary
        let bounds = difference.bounds
        var report = VerdictReport(
            deployment: opening.deployment, stage: stage.step, share: last?.share ?? 0,
            seconds: last?.at.timeIntervalSince(opening.at) ?? 0, conduct: opening.conduct,
            finding: VerdictReport.Finding(judge.finding),
            green: side(opening.green, green, judge.streams.first?.green, greenTimes),
            blue: side(opening.blue, blue, judge.streams.first?.blue, blueTimes),
            streams: judge.streams.map(VerdictReport.Stream.init), logHarm: judge.logHarm,
            harmThreshold: opening.settings.harmThreshold, logHealth: judge.logHealth,
            healthThreshold: opening.settings.healthThreshold, lowestDifference: bounds.lowerBound,
            highestDifference: bounds.upperBound, unitsNeeded: judge.unitsNeeded,
            usersWithErrors: judge.clientsWithErrors, gap: last?.gap,
            waitsForDecision: last?.waitsForDecision ?? false)
        report.sentences = story(of: report).sentences
        return report
    }

    private func story(of report: VerdictReport) -> VerdictStory {
        VerdictStory(
            report: report, settings: opening.settings, isWorseThanBefore: greenHistory.hasFoundHarm,
            bothAreWorse: bothAreWorseThanBefore)
    }

    /// Whether there is trouble that both releases have since green came.
    var bothAreWorseThanBefore: Bool { greenHistory.hasFoundHarm && blueHistory.hasFoundHarm }

    /// Why it is taken back, for the journal: the verdict and its numbers.
    var reason: String { sentences { [$0.conclusion, $0.errors, $0.times] } }

    /// How it stands at the end of a stage that it has passed, for the journal.
    var summary: String {
        sentences { story in
            judge.finding == .health
                ? [story.errors, story.conclusion] : ["Nothing speaks against it so far.", story.errors]
        }
    }

    private func sentences(_ choose: (VerdictStory) -> [String?]) -> String {
        choose(story(of: report)).compactMap(\.self).joined(separator: " ")
    }

    private func side(
        _ party: Party, _ answers: AnswerCounts, _ errors: StreamJudge.Rate?, _ times: ResponseTimeHistogram
    ) -> VerdictReport.Side {
        func milliseconds(_ quantile: Double) -> Double? {
            times.bucket(atQuantile: quantile).map(times.milliseconds(ofBucket:))
        }
        let (units, bad) = (errors?.units ?? 0, errors?.bad ?? 0)
        let rates = RateInterval.bounds(bad: bad, ok: units - bad)
        return VerdictReport.Side(
            slot: party.slot, release: party.release, requests: answers.requests, errors: answers.errors,
            units: units, badUnits: bad, lowestErrorRate: rates.lowerBound, highestErrorRate: rates.upperBound,
            p50: milliseconds(0.5), p95: milliseconds(0.95))
    }
}

extension Stage {
    /// The step of a deployment in which the stage is passed.
    package var step: Step {
        switch self {
        case .canary: .canary
        case .split: .split
        case .full: .bake
        }
    }
}

extension VerdictReport.Finding {
    init(_ finding: Judge.Finding) {
        switch finding {
        case .harm: self = .harm
        case .health: self = .health
        case .open: self = .inconclusive
        }
    }
}

extension VerdictReport.Stream {
    init(_ stream: StreamJudge) {
        self.init(
            name: stream.stream.rawValue, green: stream.green.value, blue: stream.blue.value,
            logHarm: stream.harm.logEvidence, logHealth: stream.health.logEvidence)
    }
}

extension JudgeSettings {
    /// What a policy allows. Of one false alarm in a hundred releases, a fifth is left for the comparison with before.
    package init(_ triggers: RollbackTriggers) {
        let increase = triggers.maxErrorRateIncrease
        self.init(
            errorLimit: triggers.errorRateMode == .absolute ? .absolute(increase) : .relative(increase),
            timeFactor: 1 + triggers.maxResponseTimeIncrease, alpha: 0.008)
    }
}
