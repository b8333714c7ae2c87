import API
import Domain
import LoadTesting
import TestSupport
import Testing

/// SIGTERM to the control plane while it does each of the steps: it ends by itself, the next one takes up what was
/// left, and no user notices.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct TerminatedControlPlaneTests {
    @Test func `a control plane told to end during any step, forward or back, hands over what it does`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "2.0.0"] {
                try await switchyard.add(ExampleRelease(version, hasBackgroundProcesses: true))
            }
            try await switchyard.add(ExampleRelease("3.0.0", environment: ["EXAMPLE_EXIT_AT_START": "3"]))
            let first = try await switchyard.deploy("1.0.0")
            #expect(first.deployment.outcome == .committed)
            let load = try await switchyard.underLoad { _ in
                try await terminateOnEachWay(in: switchyard)
                for step in Step.outward {
                    let report = try await switchyard.deploy(
                        "3.0.0", interruptedBy: .terminate, at: "intent:\(step.rawValue)")
                    let serving = try await switchyard.report().serving?.version.rawValue
                    try await expect(report, ended: .failed, serving: #require(serving), after: step, in: switchyard)
                }
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            try expectNeverTwo(in: switchyard)
        }
    }

    @Test func `a control plane told to end during any stage hands over what it does`() async throws {
        try await SwitchyardFixture.use([.hastyStages]) { switchyard in
            for version in ["1.0.0", "2.0.0"] {
                try await switchyard.add(ExampleRelease(version, hasBackgroundProcesses: true))
            }
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
            let load = try await switchyard.underLoad { _ in
                for (number, step) in Step.progressive.drop(while: { $0 != .canary }).enumerated() {
                    let version = number.isMultiple(of: 2) ? "2.0.0" : "1.0.0"
                    let report = try await switchyard.deploy(
                        version, interruptedBy: .terminate, at: "intent:\(step.rawValue)")
                    try await expect(report, ended: .committed, serving: version, after: step, in: switchyard)
                }
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            try expectNeverTwo(in: switchyard)
        }
    }

    /// Deploys once for each step forward, and goes back again as long as there are steps of the way back left.
    private func terminateOnEachWay(in switchyard: SwitchyardFixture) async throws {
        var (serving, other) = ("1.0.0", "2.0.0")
        var backward = Step.backward[...]
        for step in Step.forward {
            let forward = try await switchyard.deploy(
                other, interruptedBy: .terminate, at: "intent:\(step.rawValue)")
            try await expect(forward, ended: .committed, serving: other, after: step, in: switchyard)
            guard let step = backward.popFirst() else {
                (serving, other) = (other, serving)
                continue
            }
            let back = try await switchyard.rollBack(interruptedBy: .terminate, at: "intent:\(step.rawValue)")
            try await expect(back, ended: .rolledBack, serving: serving, after: step, in: switchyard)
        }
        #expect(backward.isEmpty)
    }

    private func expect(
        _ report: DeploymentReport, ended outcome: Deployment.Outcome, serving version: String, after step: Step,
        in switchyard: SwitchyardFixture
    ) async throws {
        let comment: Comment = "\(step): \(report.deployment.reason ?? "") \(report.journal.map(\.boundary))"
        #expect(report.deployment.outcome == outcome, comment)
        let versions = try await switchyard.servingVersions()
        #expect(versions == [version], comment)
        #expect(!switchyard.isArmed, comment)
    }

    /// The example's singleton says when it begins and ends; nobody else may say anything in between.
    private func expectNeverTwo(in switchyard: SwitchyardFixture) throws {
        let log = try switchyard.sharedText("data/clock.log")
        var running: Substring?
        for line in log.split(separator: "\n") {
            let words = line.split(separator: " ")
            let pid = try #require(words.dropFirst().first)
            if words.last == "begins" {
                #expect(running == nil, "\(pid) began while \(running ?? "") ran")
                running = pid
            }
            #expect(pid == running, "\(line)")
            if words.last == "ends" { running = nil }
        }
        #expect(running != nil, "the singleton of the serving release runs")
    }
}
