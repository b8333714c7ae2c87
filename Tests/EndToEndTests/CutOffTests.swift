import API
import Domain
import LoadTesting
import TestSupport
import Testing

/// The control plane killed, or everything at once as by a power failure, at every boundary of every journal: the next
/// start ends in one of two states and says which and why. While only the control plane is killed, no user notices.
@Suite(.serialized, .timeLimit(.minutes(12)))
struct CutOffTests {
    @Test(arguments: [Interruption.kill, .powerLoss])
    func `a deployment cut off at every boundary is committed, a contraction and a rollback are done`(
        by interruption: Interruption
    ) async throws {
        // One way back: after a power loss a rollback takes the one that is up first.
        let environment = FixtureEnvironment(
            database: "embedded", policy: ["contract_after": "0s", "keep_releases": "1"])
        try await withTwoReleases(interruption, in: environment) { switchyard in
            let migrations = ["20250101000000_ledger": "CREATE TABLE ledger (n int);"]
            var release = ExampleRelease("3.0.0", hasBackgroundProcesses: true, migrations: migrations)
            release.contractions = ["20250101000000_ledger": "DROP TABLE ledger;"]
            release.statements = ["SELECT 1"]
            try await switchyard.add(release)
            let forward = try await switchyard.cutOff(by: interruption, at: Boundaries.forward) { client in
                try await client.deploy(DeployRequest(release: "3.0.0", requestedBy: "test"), to: .production)
            } serving: { boundary in
                Boundaries.isReached("completed:switchTraffic", at: boundary, of: Boundaries.forward)
                    ? "3.0.0" : "2.0.0"
            }
            try await switchyard.expect(
                forward, ended: .committed, serving: "3.0.0", interruptedAt: Boundaries.forward)
            #expect(forward.journal.contains { $0.text?.contains("applied 20250101000000_ledger") == true })

            let contraction = try await switchyard.cutOff(by: interruption, at: Boundaries.contraction) { client in
                try await client.contract(ContractRequest(requestedBy: "test"), in: .production)
            } serving: { _ in
                "3.0.0"
            }
            try await switchyard.expect(
                contraction, ended: .committed, serving: "3.0.0", interruptedAt: Boundaries.contraction)

            let backward = try await switchyard.cutOff(by: interruption, at: Boundaries.backward) { client in
                try await client.rollBackOnceHealthy()
            } serving: { boundary in
                Boundaries.isReached("completed:switchBack", at: boundary, of: Boundaries.backward) ? "2.0.0" : "3.0.0"
            }
            try await switchyard.expect(
                backward, ended: .rolledBack, serving: "2.0.0", interruptedAt: Boundaries.backward)
            try await eventually(within: .seconds(30), "the singleton of 2.0.0") {
                BackgroundLog("clock", of: switchyard).lines.last?.release == "2.0.0"
            }
            let clock = BackgroundLog("clock", of: switchyard)
            clock.expectOneAtATime(killed: interruption == .powerLoss)
            #expect(clock.lines.contains { $0.release == "3.0.0" })
        }
    }

    @Test(arguments: [Interruption.kill, .powerLoss])
    func `a deployment in stages, cut off at every boundary, is committed`(by interruption: Interruption) async throws {
        try await withTwoReleases(interruption, in: .hastyStages) { switchyard in
            try await switchyard.add(ExampleRelease("3.0.0", hasBackgroundProcesses: true))
            let boundaries = Boundaries.inStages
            let report = try await switchyard.cutOff(by: interruption, at: boundaries) { client in
                try await client.deploy(DeployRequest(release: "3.0.0", requestedBy: "test"), to: .production)
            } serving: { boundary in
                if !Boundaries.isReached("completed:warm", at: boundary, of: boundaries) { return "2.0.0" }
                return Boundaries.isReached("completed:drain", at: boundary, of: boundaries) ? "3.0.0" : nil
            }
            try await switchyard.expect(report, ended: .committed, serving: "3.0.0", interruptedAt: boundaries)
            BackgroundLog("clock", of: switchyard).expectOneAtATime(killed: interruption == .powerLoss)
        }
    }

    @Test(arguments: [Interruption.kill, .powerLoss])
    func `a deployment that is taken back or fails, cut off at every boundary, leaves the old release`(
        by interruption: Interruption
    ) async throws {
        try await withTwoReleases(interruption, thenBaking: "10m") { switchyard in
            let request = DeployRequest(release: "1.0.0", requestedBy: "test")
            let baking = try await switchyard.client.deploy(request, to: .production)
            try await switchyard.waitForBoundary("intent:bake", of: baking.id)
            let recalled = try await switchyard.cutOff(by: interruption, at: Boundaries.recalled) { client in
                try await client.rollBack(RollBackRequest(reason: "to test it", requestedBy: "test"), in: .production)
            } serving: { boundary in
                Boundaries.isReached("completed:switchBack", at: boundary, of: Boundaries.recalled) ? "2.0.0" : "1.0.0"
            }
            #expect(recalled.deployment.id == baking.id)
            try await switchyard.expect(
                recalled, ended: .rolledBack, serving: "2.0.0", interruptedAt: Boundaries.recalled)

            try await switchyard.add(ExampleRelease("3.0.0", environment: ["EXAMPLE_EXIT_AT_START": "3"]))
            let failed = try await switchyard.cutOff(by: interruption, at: Boundaries.outward) { client in
                try await client.deploy(DeployRequest(release: "3.0.0", requestedBy: "test"), to: .production)
            } serving: { _ in
                "2.0.0"
            }
            try await switchyard.expect(failed, ended: .failed, serving: "2.0.0", interruptedAt: Boundaries.outward)
            #expect(failed.deployment.reason?.contains("exited with status 3") == true)
        }
    }

    /// A Switchyard in which 2.0.0 serves and 1.0.0 is kept as the way back, both with a worker and a singleton; what
    /// comes then may bake longer. Where users should not notice anything it is under load.
    private func withTwoReleases(
        _ interruption: Interruption, in environment: FixtureEnvironment = FixtureEnvironment(),
        thenBaking bake: String? = nil, _ body: (SwitchyardFixture) async throws -> Void
    ) async throws {
        try await SwitchyardFixture.use([environment]) { switchyard in
            for version in ["1.0.0", "2.0.0"] {
                try await switchyard.add(ExampleRelease(version, hasBackgroundProcesses: true))
                let report = try await switchyard.deploy(version)
                #expect(report.deployment.outcome == .committed)
            }
            if let bake { try await switchyard.restart(changing: "bake: 200ms", to: "bake: \(bake)") }
            guard interruption == .kill else { return try await body(switchyard) }
            let load = try await switchyard.underLoad { _ in try await body(switchyard) }
            #expect(load.failed == 0, "\(load.failureSamples)")
        }
    }
}
