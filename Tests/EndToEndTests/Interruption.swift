import API
import Domain
import Glibc
import TestSupport
import Testing

/// What ends the control plane in the middle of a deployment.
enum Interruption: String, Sendable {
    /// kill -9 of the control plane; everything else runs on.
    case kill = "kill -9"
    /// SIGTERM to the control plane.
    case terminate = "SIGTERM"
    /// Every process of the Switchyard killed at once.
    case powerLoss = "power loss"
}

/// The boundaries of a journal at which a deployment can be interrupted.
enum Boundaries {
    /// Of a deployment that is committed.
    static let forward = ["begun"] + Step.forward.flatMap(around)
    /// The same of one that comes to its users in stages.
    static let inStages = ["begun"] + Step.progressive.flatMap(around)
    /// Of a rollback that is asked for after the commit.
    static let backward = ["begun"] + Step.backward.flatMap(around)
    /// Of a deployment that is taken back while it bakes.
    static let recalled = ["rollbackRequested"] + Step.backward.flatMap(around)
    /// Of a deployment that fails while it warms.
    static let outward = ["failed:warm"] + Step.outward.flatMap(around)
    /// Of a contraction.
    static let contraction = ["begun"] + Step.contraction.flatMap(around)

    /// Whether a journal that stands at a boundary has another one behind it already.
    static func isReached(_ wanted: String, at boundary: String, of all: [String]) -> Bool {
        guard let now = all.firstIndex(of: boundary), let then = all.firstIndex(of: wanted) else { return false }
        return now >= then
    }

    private static func around(_ step: Step) -> [String] {
        ["intent:\(step.rawValue)", "completed:\(step.rawValue)"]
    }
}

extension FixtureEnvironment {
    /// With stages in shadow mode, so that each ends by its time: `VerdictTests` interrupts judged ones.
    static let hastyStages = FixtureEnvironment(policy: [
        "strategy": "progressive", "judge": "observe", "canary_dwell": "100ms", "split_dwell": "100ms",
    ])
}

extension SwitchyardFixture {
    /// Asks for something, ends the control plane at a boundary of its journal, starts it again and answers the
    /// deployment as it ended.
    func interrupted(
        by interruption: Interruption, at boundary: String, in environment: EnvironmentName = .production,
        while asking: (SwitchyardClient) async throws -> Void
    ) async throws -> DeploymentReport {
        try arm(boundary, signal: interruption == .terminate ? SIGTERM : SIGKILL)
        do {
            try await asking(client)
        } catch is SwitchyardClient.Unreachable {
            // It was ended before it could answer; the journal knows what was asked.
        }
        try await waitForControlPlaneToEnd()
        if interruption == .powerLoss { try await losePower() }
        try await start()
        let newest = try #require(try await newestDeployment(in: environment))
        return try await waitForEnd(of: newest.id)
    }

    /// Asks for something and cuts it off at each of the boundaries in turn: what the restart takes up goes on to the
    /// next one. Answers the deployment as it ended.
    ///
    /// At each boundary exactly one release serves; `serving` says which, or nil where users are divided.
    func cutOff(
        by interruption: Interruption, at boundaries: [String],
        while asking: (SwitchyardClient) async throws -> DeploymentSummary,
        serving version: (_ boundary: String) -> String?
    ) async throws -> DeploymentReport {
        var left = boundaries[...]
        try arm(left.removeFirst())
        // It may be ended before it can answer; the journal knows what was asked.
        do { _ = try await asking(client) } catch is SwitchyardClient.Unreachable {}
        for boundary in boundaries {
            try await waitForControlPlaneToEnd()
            #expect(!isArmed, "it ended before \(boundary)")
            if let expected = version(boundary) {
                try await waitUntilServed(by: expected)
                let answering = try await servingVersions()
                #expect(answering == [expected], "cut off at \(boundary)")
            }
            if interruption == .powerLoss { try await losePower() }
            guard let next = left.popFirst() else { break }
            try arm(next)
            try launch()
        }
        try await start()
        let newest = try #require(try await newestDeployment())
        return try await waitForEnd(of: newest.id)
    }

    /// Interrupts the deployment of a release once.
    func deploy(
        _ version: String, to environment: EnvironmentName = .production,
        interruptedBy interruption: Interruption, at boundary: String
    ) async throws -> DeploymentReport {
        try await interrupted(by: interruption, at: boundary, in: environment) { client in
            _ = try await client.deploy(DeployRequest(release: version, requestedBy: "test"), to: environment)
        }
    }

    /// Interrupts a rollback once.
    func rollBack(
        in environment: EnvironmentName = .production, interruptedBy interruption: Interruption,
        at boundary: String
    ) async throws -> DeploymentReport {
        try await interrupted(by: interruption, at: boundary, in: environment) { client in
            _ = try await client.rollBack(RollBackRequest(reason: "to test it", requestedBy: "test"), in: environment)
        }
    }

    /// Expects the same of a deployment that was interrupted at one boundary after the other, and taken up after each
    /// but the last, which ends it.
    func expect(
        _ report: DeploymentReport, ended outcome: Deployment.Outcome, serving version: String,
        interruptedAt boundaries: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let last = try #require(boundaries.last)
        let resumed = report.journal.filter { $0.boundary == "resumed" }
        #expect(
            resumed.count == boundaries.count - 1, "\(report.journal.map(\.boundary))", sourceLocation: sourceLocation)
        let saysWhy = resumed.allSatisfy { $0.text?.contains("the control plane ended during") == true }
        #expect(saysWhy, "\(resumed)", sourceLocation: sourceLocation)
        try await waitUntilServed(by: version)
        #expect(report.deployment.outcome == outcome, "\(report.deployment)", sourceLocation: sourceLocation)
        #expect(report.journal.last { $0.boundary != "note" }?.boundary == last, sourceLocation: sourceLocation)
        let answering = try await servingVersions()
        #expect(answering == [version], sourceLocation: sourceLocation)
    }

    /// Expects that a deployment ended as it should, that its journal says so, and that one release serves.
    func expect(
        _ report: DeploymentReport, ended outcome: Deployment.Outcome, serving version: String,
        in environment: EnvironmentName = .production, interruptedAt boundary: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let journal = report.journal.map(\.boundary)
        let comment: Comment = "interrupted at \(boundary): \(report.deployment.reason ?? "no reason"); \(journal)"
        #expect(report.deployment.outcome == outcome, comment, sourceLocation: sourceLocation)
        // The last entry ends a deployment; nothing is left to take up after it.
        let isLast = journal.filter { $0 != "note" }.last == boundary
        #expect(journal.contains("resumed") == !isLast, comment, sourceLocation: sourceLocation)
        let serving = try await self.report(on: environment).serving?.version.rawValue
        #expect(serving == version, comment, sourceLocation: sourceLocation)
        let answering = try await servingVersions(of: environment)
        #expect(answering == [version], comment, sourceLocation: sourceLocation)
        #expect(!isArmed, comment, sourceLocation: sourceLocation)
    }
}

extension SwitchyardClient {
    /// Asks for the way back until it is taken: after a power loss the kept release's processes may come up a little
    /// later, and until then going back is refused and nothing is changed.
    func rollBackOnceHealthy() async throws -> DeploymentSummary {
        var rollback: DeploymentSummary?
        try await eventually(within: .seconds(60), "a way back that is healthy") {
            do {
                let request = RollBackRequest(reason: "to test it", requestedBy: "test")
                rollback = try await rollBack(request, in: .production)
                return true
            } catch is Problem {
                return false
            }
        }
        return try #require(rollback)
    }
}
