import Domain
import Foundation
import Judging
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// How a release comes to its users in stages, and how it is taken back.
@Suite(.timeLimit(.minutes(2))) struct StageTests {
    private static let old = SlotName(number: 1)
    private static let new = SlotName(number: 2)

    // MARK: Forward

    @Test func `a release as good as the one before goes from stage to stage to all users`() async throws {
        try await onTrial(meeting: Traffic.healthy) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
            #expect(await fixture.servingVersion() == "2")
            let splits = fixture.world.state.withLock { $0.splits.filter { $0.candidate == Self.new } }
            #expect(splits.map(\.share) == [500, 5_000, 9_500, 9_500, 10_000])
            #expect(Set(splits.map(\.salt)).count == splits.count, "each stage draws anew")
            #expect(fixture.world.state.withLock { $0.calls.contains("end of the trial") })
            let split = try #require(await fixture.report(of: .split, in: ended)?.sentence)
            #expect(split.contains("is proved to keep the limits"), "\(split)")
        }
    }

    @Test func `the first release has nobody to be compared with and goes to all users at once`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder, verdict: VerdictPolicy())
            try await fixture.running {
                let ended = try await fixture.deployToTheEnd("1")
                #expect(ended.outcome == .committed && !ended.isInStages)
            }
        }
    }

    @Test(arguments: VerdictPolicy.Strategy.allCases)
    func `who deploys may say how the release comes to its users`(strategy: VerdictPolicy.Strategy) async throws {
        try await onCommitted(Self.policy()) { fixture in
            fixture.world.state.withLock { $0.traffic = Traffic.healthy }
            let release = fixture.release("2")
            let plan = try await fixture.deployer.plan(release, strategy: strategy)
            #expect(plan.isInStages == (strategy == .progressive))
            let digest = try plan.digest(for: fixture.deployer.environment)
            let opened = try await fixture.deployer.deploy(
                release, by: "dora", planDigest: digest, strategy: strategy)
            #expect(opened.isInStages == plan.isInStages)
            #expect(try await fixture.end(of: opened.id).outcome == .committed)
        }
    }

    // MARK: Back

    @Test func `a release with every fifth answer an error is taken back while few users have it`() async throws {
        try await onTrial(meeting: Traffic.errors(ofGreen: 0.2)) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack)
            #expect(
                ended.reason?.contains("2 is worse than is allowed, by its errors") == true, "\(ended.reason ?? "")")
            #expect(await fixture.servingVersion() == "1")
            #expect(Self.widestShare(in: fixture) == 500)
            let verdict = try #require(try await fixture.records.trial(of: id)?.report)
            #expect(verdict.finding == .harm && verdict.green.requests > 0)
            #expect(verdict.lowestDifference > 0.05)
        }
    }

    @Test func `errors of a single user take nothing back`() async throws {
        let traffic = Traffic.errors(ofGreen: 0.2, users: 1)
        try await onTrial(Self.policy(deadline: 0.4, inconclusive: .ask), meeting: traffic) { fixture, id in
            try await eventually("the question") { await fixture.deployer.verdict?.waitsForDecision == true }
            #expect(await fixture.deployer.verdict?.finding == .inconclusive)
            _ = try await fixture.deployer.rollBack(by: "dora", reason: "enough")
            #expect(try await fixture.end(of: id).outcome == .rolledBack)
        }
    }

    // MARK: Without a proof

    private struct Silence: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var traffic: @Sendable (Split) -> Observation = Traffic.none
        var metric: @Sendable (Split) -> MetricValue = { _ in .value(1) }
    }

    private static let silences = [
        Silence(testDescription: "nobody comes"),
        Silence(testDescription: "nothing is seen", traffic: Traffic.unseen),
        Silence(
            testDescription: "Prometheus says nothing", traffic: Traffic.healthy,
            metric: { _ in .inconclusive("Prometheus does not answer") }),
        Silence(
            testDescription: "a metric is out of its bounds, as before", traffic: Traffic.healthy,
            metric: { _ in .value(0.1) }),
    ]

    @Test(arguments: silences)
    private func `silence takes no release to more users`(silence: Silence) async throws {
        for inconclusive in [VerdictPolicy.Inconclusive.ask, .promote(approver: "Anna")] {
            let policy = Self.policy(deadline: 0.2, inconclusive: inconclusive)
            try await onTrial(policy, meeting: silence.traffic, metric: silence.metric) { fixture, id in
                try await eventually("the question") { await fixture.deployer.verdict?.waitsForDecision == true }
                let notes = try await Self.notes(of: id, in: fixture)
                #expect(notes.contains { $0.contains("switchyard promote") })
                #expect(Self.widestShare(in: fixture) == 500)
                _ = try await fixture.deployer.rollBack(by: "dora", reason: "enough")
                #expect(try await fixture.end(of: id).outcome == .rolledBack)
            }
        }
    }

    @Test func `a stage without a proof goes on when somebody answers for it`() async throws {
        try await onTrial(Self.policy(deadline: 0.1), meeting: Traffic.none) { fixture, id in
            for step in [Step.canary, .split, .bake] {
                try await eventually("a question in '\(step.title)'") {
                    let verdict = await fixture.deployer.verdict
                    return await fixture.deployer.current?.step == step && verdict?.waitsForDecision == true
                        && verdict?.stage == step
                }
                _ = try await fixture.deployer.promote(id, by: "anna", reason: "seen by eye")
                try await eventually("the next step") { await fixture.deployer.current?.step != step }
            }
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
            let canary = await fixture.report(of: .canary, in: ended)?.sentence
            #expect(canary == "went on because anna said so: seen by eye")
        }
    }

    @Test func `only a deployment in a stage can be promoted`() async throws {
        try await onCommitted(Self.policy()) { fixture in
            await #expect(throws: DeploymentsError.notOnTrial(DeploymentID(1))) {
                try await fixture.deployer.promote(DeploymentID(1), by: "anna", reason: "why not")
            }
        }
    }

    @Test(arguments: [
        (VerdictPolicy.Inconclusive.rollBack, Deployment.Outcome.rolledBack, "The verdict is inconclusive"),
        (.promote(approver: "Anna"), .committed, "on the responsibility of Anna"),
    ])
    func `the policy may decide where nothing is proved in time`(
        inconclusive: VerdictPolicy.Inconclusive, outcome: Deployment.Outcome, words: String
    ) async throws {
        let policy = Self.policy(deadline: 1.5, inconclusive: inconclusive)
        try await onTrial(policy, meeting: Traffic.scarce) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == outcome)
            let split = await fixture.report(of: .split, in: ended)?.sentence
            #expect((ended.reason ?? split ?? "").contains(words), "\(ended.reason ?? split ?? "")")
        }
    }

    @Test func `in shadow mode a verdict is written down and nothing follows from it`() async throws {
        var policy = Self.policy()
        policy.conduct = .observe
        try await onTrial(policy, meeting: Traffic.errors(ofGreen: 0.5)) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
            let notes = try await Self.notes(of: id, in: fixture)
            #expect(notes.contains { $0.hasPrefix("shadow mode: it would be taken back.") }, "\(notes)")
            #expect(try await fixture.records.trial(of: id)?.report.finding == .harm)
        }
    }

    // MARK: Other triggers

    @Test func `a metric out of its bounds takes the release back`() async throws {
        for strategy in [VerdictPolicy.Strategy.progressive, .blueGreen] {
            var policy = Self.policy(deadline: 60)
            policy.strategy = strategy
            try await onTrial(policy, meeting: Traffic.scarce, metric: Self.lowWithUsers) { fixture, id in
                let ended = try await fixture.end(of: id)
                #expect(ended.outcome == .rolledBack)
                #expect(
                    ended.reason == "the metric loads_completed is 0.1, and at least 0.5 is asked for",
                    "\(ended.reason ?? "")")
            }
        }
    }

    @Test(arguments: [
        (MetricValue.inconclusive("Prometheus does not answer"), "Prometheus does not answer"),
        (.value(0.1), "at least 0.5 is asked for, as before the release had users"),
    ])
    func `a release without stages is not committed while its metrics say nothing, but by a person`(
        metric: MetricValue, words: String
    ) async throws {
        var policy = Self.policy(deadline: 0.1)
        policy.strategy = .blueGreen
        try await onTrial(policy, meeting: Traffic.none, metric: { _ in metric }) { fixture, id in
            try await eventually("the question") {
                try await Self.notes(of: id, in: fixture).contains { $0.contains(words) }
            }
            _ = try await fixture.deployer.promote(id, by: "anna", reason: "seen by eye")
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
            #expect(await fixture.report(of: .bake, in: ended)?.sentence == "went on because anna said so: seen by eye")
        }
    }

    @Test func `a metric that was out of its bounds before is blamed on the release once it was within`() async throws {
        let values = Mutex([0.1, 0.1, 1])
        try await onTrial(
            Self.policy(deadline: 60), meeting: Traffic.scarce,
            metric: { _ in .value(values.withLock { $0.isEmpty ? 0.2 : $0.removeFirst() }) }
        ) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack)
            #expect(ended.reason == "the metric loads_completed is 0.2, and at least 0.5 is asked for")
        }
    }

    /// Good until the release has users.
    private static let lowWithUsers: @Sendable (Split) -> MetricValue = { .value($0.share == 0 ? 1 : 0.1) }

    private static func notes(of id: DeploymentID, in fixture: DeployerFixture) async throws -> [String] {
        await fixture.journal.entries(of: id).compactMap { entry in
            if case .note(let text) = entry.record { text } else { nil }
        }
    }

    @Test func `trouble that both releases have is not laid to the new one, and a person is asked`() async throws {
        let policy = Self.policy(deadline: 60)
        try await onTrial(policy, meeting: Traffic.errors(ofGreen: 0.3, ofBlue: 0.3)) { fixture, id in
            try await eventually("the question") { await fixture.deployer.verdict?.waitsForDecision == true }
            let verdict = try #require(await fixture.deployer.verdict)
            #expect(verdict.finding == .inconclusive)
            #expect(verdict.sentences.contains { $0.contains("the cause may lie outside") }, "\(verdict.sentences)")
            _ = try await fixture.deployer.rollBack(by: "dora", reason: "enough")
            #expect(try await fixture.end(of: id).outcome == .rolledBack)
        }
    }

    // MARK: A probe that both fail

    @Test func `a stage stays where it is while both releases fail a probe, and goes on when it is mended`()
        async throws
    {
        try await onTrial(Self.policy(deadline: 60), meeting: Traffic.healthy, spoiling: Self.both) { fixture, id in
            try await eventually("the question") {
                try await Self.notes(of: id, in: fixture).contains { $0.contains("both releases fail the same probe") }
            }
            let step = await fixture.deployer.current?.step
            let looks = await fixture.deployer.active?.trial?.looks ?? 0
            try await eventually("more looks") { (await fixture.deployer.active?.trial?.looks ?? 0) > looks + 20 }
            #expect(await fixture.deployer.current?.step == step, "no stage ends meanwhile")
            for slot in [Self.old, Self.new] { fixture.world.heal("board", in: slot) }
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
        }
    }

    @Test func `who answers for it commits a release though both fail a probe`() async throws {
        try await onTrial(Self.policy(deadline: 60), meeting: Traffic.healthy, spoiling: Self.both) { fixture, id in
            while let step = await fixture.deployer.current?.step, step != .drain {
                try await eventually("a question, or another step") {
                    let isAsked = await fixture.deployer.question?.contains("both releases") == true
                    let current = await fixture.deployer.current?.step
                    return isAsked || current != step
                }
                guard step.isJudged, await fixture.deployer.current?.step == step else { continue }
                _ = try await fixture.deployer.promote(id, by: "anna", reason: "it is the provider")
                try await eventually("the next step") { await fixture.deployer.current?.step != step }
            }
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
        }
    }

    @Test func `in shadow mode a probe that both fail holds nothing`() async throws {
        var policy = Self.policy(deadline: 60)
        policy.conduct = .observe
        try await onTrial(policy, meeting: Traffic.healthy, spoiling: Self.both) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
        }
    }

    @Test func `where it is asked for, a probe that both fail takes the release back`() async throws {
        var policy = Self.policy(deadline: 60)
        policy.triggers.whenBothFail = .rollBack
        try await onTrial(policy, meeting: Traffic.healthy, spoiling: Self.both) { fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack)
            #expect(ended.reason?.contains("board answered 500") == true, "\(ended.reason ?? "")")
        }
    }

    @Test func `harm that shows while the old singletons end is not waited with`() async throws {
        try await onCommitted(Self.policy()) { fixture in
            fixture.world.state.withLock { state in
                state.traffic = { $0.share == 9_500 ? Traffic.errors(ofGreen: 0.5)($0) : Traffic.healthy($0) }
                state.before = Traffic.before
            }
            fixture.world.hold("stop singleton")
            let id = try await fixture.deploy("2")
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack)
            #expect(ended.reason?.contains("by its errors") == true, "\(ended.reason ?? "")")
        }
    }

    private static let both = [("board", old), ("board", new)]

    @Test func `when both do worse and only the new one fails a probe, it is taken back`() async throws {
        var policy = Self.policy(deadline: 60)
        // Otherwise the probe alone would take it back.
        policy.triggers.keyFeatures = false
        try await onTrial(policy, meeting: Traffic.errors(ofGreen: 0.3, ofBlue: 0.3), spoiling: [("board", Self.new)]) {
            fixture, id in
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack)
            #expect(ended.reason?.contains("and it alone: board answered 500") == true, "\(ended.reason ?? "")")
        }
    }

    @Test(arguments: ["health", "board", "connection"])
    func `a trigger that is switched off takes nothing back`(trigger: String) async throws {
        var policy = Self.policy()
        policy.triggers.healthEndpoint = trigger != "health"
        policy.triggers.keyFeatures = trigger != "board"
        policy.triggers.databaseConnection = trigger != "connection"
        try await onTrial(policy, meeting: Traffic.none) { fixture, id in
            if trigger == "connection" {
                fixture.world.state.withLock { $0.connectionFaults = [Self.new: "failed"] }
            } else {
                fixture.world.spoil(trigger, in: Self.new)
            }
            fixture.world.state.withLock { $0.traffic = Traffic.healthy }
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
        }
    }

    @Test func `a database that Switchyard itself cannot reach as the new release takes it back`() async throws {
        try await onTrial(Self.policy(deadline: 60), meeting: Traffic.none) { fixture, id in
            fixture.world.state.withLock { $0.connectionFaults = [Self.new: "failed: too many connections"] }
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack)
            #expect(
                ended.reason?.contains("Switchyard's own connection to the database failed: too many") == true,
                "\(ended.reason ?? "")")
        }
    }

    // MARK: Interrupted

    @Test(arguments: [Step.canary, .split, .bake])
    func `a trial that was interrupted in a stage goes on from what was seen`(step: Step) async throws {
        try await withTemporaryFolder { folder in
            var policy = Self.policy(deadline: 60)
            policy.canarySeconds = 0
            let first = try await Self.committed(in: folder, policy)
            let world = first.world
            // Nobody comes in the stage that is to be interrupted.
            let share = [Step.canary: 500, .split: 5_000, .bake: 9_500][step] ?? 0
            world.state.withLock {
                $0.traffic = { $0.share == share ? Observation(gap: "nothing") : Traffic.healthy($0) }
            }
            let interrupted = try DeployerFixture(folder: folder, world: world, bakeSeconds: 0.2, verdict: policy)
            let id = try await interrupted.running {
                let id = try await interrupted.deploy("2")
                try await eventually("three looks in '\(step.title)'") {
                    let trial = await interrupted.deployer.active?.trial
                    return trial.map { $0.looks >= 3 && $0.report.stage == step } ?? false
                }
                return id
            }
            let salt = world.state.withLock { $0.splits.last?.salt }
            world.state.withLock { $0.traffic = Traffic.healthy }
            let next = try DeployerFixture(folder: folder, world: world, bakeSeconds: 0.2, verdict: policy)
            let looks = try await next.records.bodies(of: id).count
            #expect(looks > 1)
            try await next.running {
                try await eventually("the recovery's end") { await next.deployer.isRecovered }
                let ended = try await next.end(of: id)
                #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
                #expect(try await next.records.bodies(of: id).count > looks)
                #expect(world.state.withLock { $0.splits.count { $0.salt == salt } } == 1, "it is drawn anew")
            }
        }
    }

    @Test func `what was seen cannot be written down, and the release is taken back`() async throws {
        try await onTrial(Self.policy(deadline: 60), meeting: Traffic.none) { fixture, id in
            try await eventually("a look") { (await fixture.deployer.active?.trial?.looks ?? 0) > 0 }
            fixture.records.refuseWrites(after: 0)
            try await eventually("the way back") { await fixture.deployer.current?.isGoingBack != false }
            fixture.records.refuseWrites(after: .max)
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .rolledBack, "\(ended)")
        }
    }

    // MARK: Fixtures

    private static func policy(
        deadline: Double = 30, inconclusive: VerdictPolicy.Inconclusive = .ask
    ) -> VerdictPolicy {
        VerdictPolicy(
            inconclusive: inconclusive, canarySeconds: 0.1, canaryUnits: 150, splitSeconds: 0.1,
            stageDeadlineSeconds: deadline)
    }

    /// The largest share of the users that the new release ever had.
    private static func widestShare(in fixture: DeployerFixture) -> Int? {
        fixture.world.state.withLock { $0.splits.filter { $0.candidate == new }.map(\.share).max() }
    }

    private static func committed(in folder: String, _ policy: VerdictPolicy) async throws -> DeployerFixture {
        let fixture = try DeployerFixture(folder: folder, verdict: policy)
        let first = try await fixture.running { try await fixture.deployToTheEnd("1") }
        #expect(first.outcome == .committed)
        return fixture
    }

    /// Lends a deployer with release 1 committed.
    private func onCommitted(
        _ policy: VerdictPolicy, _ body: @Sendable (DeployerFixture) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let first = try await Self.committed(in: folder, policy)
            let fixture = try DeployerFixture(folder: folder, world: first.world, bakeSeconds: 0.2, verdict: policy)
            try await fixture.running {
                try await eventually("the recovery's end") { await fixture.deployer.isRecovered }
                try await body(fixture)
            }
        }
    }

    /// Lends a deployer with release 2 on its way, in whose stages users meet something.
    private func onTrial(
        _ policy: VerdictPolicy = policy(), meeting traffic: @escaping @Sendable (Split) -> Observation,
        metric: (@Sendable (Split) -> MetricValue)? = nil, spoiling probes: [(String, SlotName)] = [],
        _ body: @Sendable (DeployerFixture, DeploymentID) async throws -> Void
    ) async throws {
        var policy = policy
        if metric != nil {
            policy.triggers.metrics = [
                MetricGuard(name: "loads_completed", server: "http://prometheus", query: "up", minimum: 0.5)
            ]
        }
        try await onCommitted(policy) { fixture in
            fixture.world.state.withLock { state in
                state.traffic = traffic
                state.before = Traffic.before
                if let metric { state.metric = metric }
            }
            let id = try await fixture.deploy("2")
            try await eventually("the canary") {
                let current = await fixture.deployer.current
                return current == nil || current?.step?.isSeenByUsers == true
            }
            for (probe, slot) in probes { fixture.world.spoil(probe, in: slot) }
            try await body(fixture, id)
        }
    }
}
