package import Domain
import Foundation
import Judging
import Logging

/// How a stage came to its end.
struct StageEnd {
    /// Why, for the journal.
    let sentence: String
    /// Whether it ended by somebody's word, without what it waited for.
    let isDecided: Bool

    var report: StepReport { StepReport(sentence) }
}

/// How users come to a release in stages, each of which ends with a verdict.
extension EnvironmentDeployer {
    /// Gives a share of the users to the candidate, and watches and judges it until the stage is over.
    func pass(_ stage: Stage, of deployment: Deployment) async throws -> StageEnd {
        try await openTrial(of: deployment)
        try await draw(share(of: stage), for: deployment)
        let metrics = metricWatch
        return try await watching(deployment) {
            try await self.asking(metrics) { try await self.judge(stage, of: deployment, beside: metrics) }
        }
    }

    var rules: VerdictPolicy { policy.verdict }

    private func share(of stage: Stage) -> Int {
        switch stage {
        case .canary: rules.canaryShare
        case .split: rules.splitShare
        case .full: Split.whole - rules.holdbackShare
        }
    }

    /// Draws anew who gets which release: a client counts again after each drawing.
    func draw(_ share: Int, for deployment: Deployment) async throws {
        let salts = Self.salts(of: deployment)
        let before = table.split.salt.hasPrefix(salts) ? Int(table.split.salt.dropFirst(salts.count)) ?? 0 : 0
        try change { try $0.share(share, salt: "\(salts)\(before + 1)") }
        try await world.router.route(table)
    }

    /// Draws anew in the middle of a stage; where the proxy does not take it now, the next drawing will do.
    private func drawAgain(_ share: Int, for deployment: Deployment) async throws {
        do {
            try await draw(share, for: deployment)
        } catch {
            try Task.checkCancellation()
            parts.logger.warning("it was not drawn anew who gets the release", metadata: ["error": "\(error)"])
        }
    }

    private static func salts(of deployment: Deployment) -> String { "\(deployment.id)." }

    /// Looks about once a second until the stage is over; throws when the release is to be taken back.
    private func judge(_ stage: Stage, of deployment: Deployment, beside metrics: MetricWatch) async throws
        -> StageEnd
    {
        var course = StageCourse(stage, under: policy)
        var drawnAt = ContinuousClock.now
        while true {
            let (trial, obstacle) = try await nextLook(at: deployment, beside: metrics, course: &course)
            if let end = try await settle(
                trial.judge.finding, obstacle: obstacle, course: &course, summary: { trial.summary })
            {
                return end
            }
            if ContinuousClock.now - drawnAt > .seconds(rules.assignmentSeconds) {
                try await drawAgain(share(of: stage), for: deployment)
                drawnAt = .now
            }
        }
    }

    /// Does work while the release is judged as in a stage; throws when it is to be taken back.
    func judging(_ deployment: Deployment, in stage: Stage, while work: @escaping @Sendable () async throws -> Void)
        async throws
    {
        guard deployment.isInStages else { return try await watching(deployment, while: work) }
        try await openTrial(of: deployment)
        let metrics = metricWatch
        try await watching(deployment) {
            try await self.asking(metrics) {
                try await working(watchedBy: { try await self.judge(deployment, in: stage, beside: metrics) }, work)
            }
        }
    }

    /// Looks until it is cancelled, or until the release is to be taken back.
    private func judge(_ deployment: Deployment, in stage: Stage, beside metrics: MetricWatch) async throws {
        var course = StageCourse(stage, under: policy)
        while true { _ = try await nextLook(at: deployment, beside: metrics, course: &course) }
    }

    /// Waits for the next look and takes it; throws when the release is to be taken back.
    private func nextLook(
        at deployment: Deployment, beside metrics: MetricWatch, course: inout StageCourse
    ) async throws -> (trial: Trial, obstacle: String?) {
        try await Task.sleep(for: parts.lookInterval * (course.isLate ? Limits.looksPerLateLook : 1))
        let seen = await world.telemetry.take(environment.name)
        let unwell = try await probeObstacle(course: &course)
        let silence = metrics.silence ?? unwell
        course.note(seen, silence: silence)
        let obstacle = course.sight ?? silence
        guard let trial = try await observe(seen, in: course, obstacle: obstacle) else { throw CancellationError() }
        try await lookForOutsideCause(trial, of: deployment, course: &course)
        if let fault = metrics.fault { try await takeBack(because: fault, course: &course) }
        if trial.judge.finding == .harm { try await takeBack(because: trial.reason, course: &course) }
        return (trial, obstacle)
    }

    /// Does what follows from what is known; answers how the stage ended, or nil while it goes on.
    func settle(
        _ finding: Judge.Finding, obstacle: String?, course: inout StageCourse, summary: () -> String
    ) async throws -> StageEnd? {
        if let promotion = active?.promotion, promotion.step == course.stage.step {
            active?.promotion = nil
            active?.question = nil
            return StageEnd(sentence: "went on because \(promotion.reason)", isDecided: true)
        }
        switch course.decide(finding, obstacle: obstacle) {
        case .advance: return StageEnd(sentence: summary(), isDecided: false)
        case .inconclusive(let missing): return try await decideWithoutProof(missing, course: &course)
        case .stay, .takeBack: return nil
        }
    }

    /// Throws what takes the release back; in shadow mode it is written down only.
    func takeBack(because reason: String, course: inout StageCourse) async throws {
        guard rules.conduct == .observe else { throw DeploymentsError.foundBad(reason) }
        guard !course.hasToldVerdict else { return }
        course.hasToldVerdict = true
        try await write(.note("shadow mode: it would be taken back. \(reason)"))
    }

    private func decideWithoutProof(_ missing: StagePolicy.Need, course: inout StageCourse) async throws -> StageEnd? {
        let why = "The verdict is inconclusive after \(course.seconds.rounded().seconds): \(missing.sentence)."
        switch rules.inconclusive {
        case .rollBack: throw DeploymentsError.unproven(why)
        case .promote(let approver) where missing.isOfNumbers && course.greenUnits >= Double(rules.canaryUnits):
            return StageEnd(sentence: "\(why) It went on, on the responsibility of \(approver)", isDecided: true)
        case .ask, .promote: try await ask(because: why, course: &course)
        case .hold: break
        }
        guard course.isUndecidedTooLong() else { return nil }
        throw DeploymentsError.unproven("\(why) Nobody decided within \(Limits.longestUndecided.seconds.hours).")
    }

    private func ask(because why: String, course: inout StageCourse) async throws {
        guard !course.hasAsked else { return }
        course.hasAsked = true
        active?.question = why
        parts.logger.critical("a deployment waits for a decision", metadata: ["environment": "\(environment.name)"])
        try await write(.note("\(why) Decide with 'switchyard promote' or 'switchyard rollback'."))
    }

    /// When the release is worse than the one before was, both are probed: it is taken back where it alone fails. Where both
    /// are worse, everything stays as it is otherwise, and a person is asked.
    private func lookForOutsideCause(_ trial: Trial, of deployment: Deployment, course: inout StageCourse) async throws
    {
        let isOfBoth = trial.bothAreWorseThanBefore
        if !isOfBoth { course.externalCause = nil }
        guard trial.greenHistory.hasFoundHarm, trial.judge.finding != .harm, course.externalCause == nil,
            isOfBoth || !course.hasCompared, let stable = table.stable
        else { return }
        course.hasCompared = true
        let green = await findings(in: try slotOf(deployment), within: Limits.comparison)
        let blue = await findings(in: stable, within: Limits.comparison)
        let bad = green.first { found in
            !found.isGood && blue.contains { $0.subject == found.subject && $0.isGood }
        }
        if let bad {
            return try await takeBack(
                because: "It is slower or fails more often than the release before did, and it alone: \(bad.sentence).",
                course: &course)
        }
        guard isOfBoth else { return }
        let why = "both releases do worse than before, so that the cause may lie outside"
        course.externalCause = why
        try await tell(ofOutsideCause: why, course: &course)
    }

    /// Asks a person about trouble that is not the release's alone; the question is over when the trouble is.
    private func tell(ofOutsideCause why: String, course: inout StageCourse) async throws {
        guard rules.conduct == .act, course.outsideCauseAskedAbout != why else { return }
        course.outsideCauseAskedAbout = why
        course.hasAsked = false
        try await ask(because: "Nothing is changed: \(why).", course: &course)
    }

    /// What keeps a stage where it is just now: both releases fail the same probe, which a person is told, or the new one has
    /// just failed one and is asked again.
    func probeObstacle(course: inout StageCourse) async throws -> String? {
        if let fault = active?.sharedFault {
            let why = "both releases fail the same probe, so that the cause may lie outside: \(fault)"
            try await tell(ofOutsideCause: why, course: &course)
            return why
        }
        if course.externalCause == nil, course.outsideCauseAskedAbout != nil {
            (course.outsideCauseAskedAbout, course.hasAsked) = (nil, false)
            active?.question = nil
        }
        return active?.isUnwell == true ? "the new release has just failed a probe, and is asked again" : nil
    }
}

// MARK: - The trial

extension EnvironmentDeployer {
    /// Begins the release's trial, or takes up the one that an earlier process began.
    private func openTrial(of deployment: Deployment) async throws {
        guard active?.trial == nil else { return }
        let green = try slotOf(deployment)
        guard let blue = table.stable, let before = blue.occupant?.release else {
            throw DeploymentsError.nothingDeployed(environment.name)
        }
        if let known = try await parts.verdicts.trial(of: deployment.id) {
            active?.trial = known
            active?.metricsOutBefore = Set(known.opening.metricsOutBefore ?? [])
        } else {
            await lookAtMetricsBeforeUsers()
            let opening = Trial.Opening(
                deployment: deployment.id, at: parts.now(),
                green: Trial.Party(slot: green.name, release: deployment.release),
                blue: Trial.Party(slot: blue.name, release: before), settings: JudgeSettings(rules.triggers),
                conduct: rules.conduct, before: await world.telemetry.recent(environment.name, blue.name),
                metricsOutBefore: active?.metricsOutBefore.sorted())
            try await parts.verdicts.append(JSONEncoder().encode(opening), at: 0, of: deployment.id)
            active?.trial = Trial(opening)
        }
        await world.telemetry.begin(
            Drawing(
                environment: environment.name, stable: blue.name, candidate: green.name,
                salts: Self.salts(of: deployment),
                timeFactor: active?.trial?.opening.settings.timeFactor ?? 1 + rules.triggers.maxResponseTimeIncrease))
    }

    /// Writes down what was seen before anything follows from it; answers the trial with it.
    private func observe(_ seen: Observation, in course: StageCourse, obstacle: String?) async throws -> Trial? {
        let look = Trial.Look(
            at: parts.now(), stage: course.stage, share: table.split.share, ticks: seen.ticks, green: seen.green,
            blue: seen.blue, gap: seen.gap ?? obstacle ?? course.externalCause, waitsForDecision: course.hasAsked,
            bothFail: active?.sharedFault == nil ? nil : true)
        guard let trial = active?.trial else { return nil }
        try await parts.verdicts.append(
            JSONEncoder().encode(look), at: trial.looks + 1, of: trial.opening.deployment)
        active?.trial?.observe(look)
        return active?.trial
    }

    /// What a person is asked to decide now; nil when nothing is.
    package var question: String? { active?.question }

    /// What is known of the release on trial now; nil when there is none.
    package var verdict: VerdictReport? { active?.trial?.report }

    /// Lets a stage go on without a proof; throws when no stage of this deployment is under way.
    package func promote(_ id: DeploymentID, by requester: String, reason: String) throws -> Deployment {
        guard let deployment = active?.deployment, deployment.id == id, table.stable != nil,
            case .performing(let step) = deployment.state, step.isJudged
        else { throw DeploymentsError.notOnTrial(id) }
        active?.promotion = Promotion(step: step, reason: "\(requester) said so: \(reason)")
        return deployment
    }
}

extension StagePolicy.Need {
    /// What is missing, in a part of a sentence.
    var sentence: String {
        switch self {
        case .time(let seconds): "\(seconds.rounded(.up).seconds) of it were not seen"
        case .units(let units): "\(Int(units.rounded(.up))) more visits to the new release were needed"
        case .proof: "it is neither proved that the new release is worse nor that it is not"
        case .sight(let why): why
        }
    }

    /// Whether there was too little traffic, and not that it was not seen.
    var isOfNumbers: Bool {
        switch self {
        case .proof, .units: true
        case .time, .sight: false
        }
    }
}

extension Double {
    /// "72 h".
    fileprivate var hours: String { "\(Int(self / 3_600)) h" }
}
