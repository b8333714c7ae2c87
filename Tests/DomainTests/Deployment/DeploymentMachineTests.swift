import Foundation
import Testing

@testable import Domain

struct DeploymentMachineTests {
    @Test func `a deployment goes forward step by step and is committed`() throws {
        var deployment = Sample.deployment()
        try deployment.apply(.begun)
        for step in Step.forward {
            #expect(deployment.state == .performing(step))
            try deployment.apply(.completed(step, StepReport()))
        }
        #expect(deployment.state == .ended(.committed))
        #expect(deployment.reason == nil)
    }

    @Test func `a contraction goes its own way, and what fails in it ends it`() throws {
        var done = Sample.deployment(.contract)
        try done.apply(.begun)
        for step in Step.contraction {
            var failed = done
            try failed.apply(.failed(step, reason: "in use"))
            #expect(failed.state == .leaving(.keepEvidence))
            #expect(done.state == .performing(step))
            try done.apply(.completed(step, StepReport()))
        }
        #expect(done.outcome == .committed)
    }

    @Test(arguments: Step.forward)
    func `a step that fails turns back, over the users' way only where they saw the release`(step: Step) throws {
        var deployment = try Sample.performing(step)
        try deployment.apply(.failed(step, reason: "no answer"))
        let isSeen = [Step.switchTraffic, .drain, .bake, .commit].contains(step)
        #expect(deployment.state == (isSeen ? .goingBack(.switchBack) : .leaving(.keepEvidence)))
        #expect(deployment.reason == "no answer")
        #expect(deployment.isGoingBack)
    }

    @Test(arguments: Step.forward)
    func `a recall turns back from every step`(step: Step) throws {
        var deployment = try Sample.performing(step)
        #expect(deployment.canGoBack == (step != .commit))
        try deployment.apply(.rollbackRequested(reason: "dora: slow"))
        #expect(deployment.state == (step.isSeenByUsers ? .goingBack(.switchBack) : .leaving(.keepEvidence)))
        #expect(deployment.reason == "dora: slow")
        #expect(!deployment.canGoBack)
    }

    @Test(arguments: Step.forward)
    func `an interrupted step is done again twice and turned back the third time`(step: Step) throws {
        var deployment = try Sample.performing(step)
        for _ in 1...2 {
            try deployment.apply(.resumed(reason: "killed"))
            #expect(deployment.state == .performing(step))
        }
        try deployment.apply(.resumed(reason: "killed"))
        #expect(deployment.state == (step.isSeenByUsers ? .goingBack(.switchBack) : .leaving(.keepEvidence)))
        #expect(deployment.reason == "\(step.title) was interrupted 3 times: killed")
    }

    @Test func `interruptions of different steps are counted apart`() throws {
        var deployment = Sample.deployment()
        try deployment.apply(.begun)
        for step in Step.forward {
            for _ in 1...2 { try deployment.apply(.resumed(reason: "killed")) }
            #expect(deployment.state == .performing(step))
            try deployment.apply(.completed(step, StepReport()))
        }
        #expect(deployment.outcome == .committed)
    }

    @Test(arguments: [(Step.bake, Step.backward, Deployment.Outcome.rolledBack), (.warm, Step.outward, .failed)])
    func `the ways back are gone to their end, however often they are interrupted`(
        from step: Step, way: [Step], outcome: Deployment.Outcome
    ) throws {
        var deployment = try Sample.turnedBack(at: step)
        for step in way {
            for _ in 1...10 { try deployment.apply(.resumed(reason: "killed")) }
            #expect(deployment.step == step)
            try deployment.apply(.completed(step, StepReport()))
        }
        #expect(deployment.outcome == outcome)
        #expect(deployment.reason == "dora: slow")
    }

    @Test(arguments: [(Step.bake, Deployment.Outcome.rolledBack), (.warm, .failed)])
    func `what fails on the way back is noted and the next step done`(
        from step: Step, outcome: Deployment.Outcome
    ) throws {
        var deployment = try Sample.turnedBack(at: step)
        if deployment.step == .switchBack { try deployment.apply(.completed(.switchBack, StepReport())) }
        var titles: [String] = []
        while let step = deployment.step {
            titles.append("\(step.title): broken")
            try deployment.apply(.failed(step, reason: "broken"))
        }
        #expect(deployment.outcome == outcome)
        #expect(deployment.reason == (["dora: slow"] + titles).joined(separator: "; "))
    }

    @Test func `switching back is tried again, and nothing is discarded when it never succeeds`() throws {
        var deployment = try Sample.turnedBack(at: .bake)
        for _ in 1..<Deployment.mostSwitchBackAttempts {
            try deployment.apply(.failed(.switchBack, reason: "no proxy"))
            #expect(deployment.state == .goingBack(.switchBack))
        }
        try deployment.apply(.failed(.switchBack, reason: "no proxy"))
        #expect(deployment.state == .ended(.failed))
        #expect(deployment.reason == "dora: slow; switch back: no proxy; both releases were left running")
    }

    @Test func `a rollback begins with switching back`() throws {
        var rollback = Sample.deployment(.rollback)
        try rollback.apply(.begun)
        #expect(rollback.state == .goingBack(.switchBack))
        #expect(!rollback.canGoBack)
        #expect(rollback.subject == DeploymentID(6))
    }

    @Test func `a deployment that is recalled before it begins has failed`() throws {
        var deployment = Sample.deployment()
        try deployment.apply(.rollbackRequested(reason: "dora: stop"))
        #expect(deployment.state == .ended(.failed))
        #expect(deployment.reason == "dora: stop")
    }

    @Test func `an event that the state does not allow is refused and changes nothing`() throws {
        let report = StepReport()
        let states = [
            Sample.deployment(), try Sample.performing(.warm), try Sample.turnedBack(at: .bake),
            try Sample.turnedBack(at: .warm), try ended(),
        ]
        for state in states {
            for event in unexpected(in: state, report: report) {
                var deployment = state
                #expect(throws: UnexpectedEvent(event: event, state: state.state)) { try deployment.apply(event) }
                #expect(deployment == state)
            }
        }
    }

    private func ended() throws -> Deployment {
        var deployment = try Sample.performing(.commit)
        try deployment.apply(.completed(.commit, StepReport()))
        return deployment
    }

    /// Events of steps that are not being done, and those that fit no such state.
    private func unexpected(in deployment: Deployment, report: StepReport) -> [Deployment.Event] {
        let others = Step.allCases.filter { $0 != deployment.step }
        var events = others.flatMap { [Deployment.Event.completed($0, report), .failed($0, reason: "x")] }
        if deployment.state != .planned { events.append(.begun) }
        if deployment.step == nil { events.append(.resumed(reason: "x")) }
        if deployment.isGoingBack || deployment.outcome != nil { events.append(.rollbackRequested(reason: "x")) }
        return events
    }
}
