import API
import Domain
import Foundation
import LoadTesting
import TestSupport
import Testing

/// A release that breaks somewhere on its way, and how the deployment must end.
struct Breakage: Sendable, CustomStringConvertible {
    let description: String
    let environment: [String: String]
    /// The exit code of `switchyard deploy`: 3 where no user saw the release, 4 where it was taken back.
    let status: Int32
    let outcome: Deployment.Outcome
    let reason: String
    /// Whether users were on it when it ended: its connections of that moment are the only requests that may fail.
    var breaksUnderUsers = false

    static let all = [
        Breakage(
            description: "it never gets healthy", environment: ["EXAMPLE_NEVER_HEALTHY": "true"], status: 3,
            outcome: .failed, reason: "health (/health) answered 503"),
        Breakage(
            description: "it crashes while it warms", environment: ["EXAMPLE_CRASH_WHILE_WARMING": "1"], status: 3,
            outcome: .failed, reason: "web.1 exited with status 70"),
        Breakage(
            description: "it exits with 0", environment: ["EXAMPLE_EXIT_AT_START": "0"], status: 3,
            outcome: .failed, reason: "web.1 exited with status 0"),
        Breakage(
            description: "it crashes right after the switch", environment: ["EXAMPLE_CRASH_AFTER_REQUESTS": "1"],
            status: 4, outcome: .rolledBack, reason: "web.1 exited with status 70", breaksUnderUsers: true),
    ]
}

/// Deployments that fail: refused or taken back with one sentence, the old release untouched.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FailedDeploymentTests {
    private let quick = FixtureEnvironment(policy: ["warm_deadline": "3s", "keep_releases": "4"])

    @Test func `a release that breaks on its way leaves the old one serving, and the way back open`() async throws {
        try await SwitchyardFixture.use([quick]) { switchyard in
            var earlier = (0...Breakage.all.count).map { "1.\($0).0" }
            try await deploy(earlier, in: switchyard)
            try await switchyard.restart(changing: "bake: 200ms", to: "bake: 2s")
            for (index, breakage) in Breakage.all.enumerated() {
                let old = earlier.removeLast()
                let before = try await occupiedSlots(in: switchyard)
                let version = "2.\(index).0"
                try await switchyard.add(ExampleRelease(version, environment: breakage.environment))
                try await deploy(version, broken: breakage, over: old, in: switchyard)
                #expect(try await switchyard.servingVersions() == [old], "\(breakage)")
                let after = try await occupiedSlots(in: switchyard)
                #expect(after == before, "\(breakage): no slot and no process of another release was touched")
                try await switchyard.expectRollback(to: #require(earlier.last))
            }
        }
    }

    /// Deploys releases one after the other, so that each is the way back from the next.
    private func deploy(_ versions: [String], in switchyard: SwitchyardFixture) async throws {
        for version in versions {
            try await switchyard.add(ExampleRelease(version))
            #expect(try await switchyard.deploy(version).deployment.outcome == .committed)
        }
    }

    private func occupiedSlots(in switchyard: SwitchyardFixture) async throws -> [SlotReport] {
        try await switchyard.report().slots.filter { $0.slot.occupant != nil }
    }

    /// Deploys a broken release under load, and expects the end and the answers that its users are promised.
    private func deploy(
        _ version: String, broken breakage: Breakage, over old: String, in switchyard: SwitchyardFixture
    ) async throws {
        var journal: [JournalLine] = []
        let load = try await switchyard.underLoad { _ in
            let result = try await switchyard.cli(["deploy", version, "--json"])
            #expect(result.status == breakage.status, "\(breakage): \(result.error)")
            let report = try WireFormat.decoder.decode(DeploymentReport.self, from: Data(result.output.utf8))
            journal = report.journal
            #expect(report.deployment.outcome == breakage.outcome, "\(breakage)")
            #expect(report.deployment.reason?.contains(breakage.reason) == true, "\(breakage): \(report.deployment)")
        }
        #expect(load.byRelease[old, default: 0] > 0)
        if breakage.breaksUnderUsers {
            try expect(load.failureSamples, beganWhileServedBy: journal)
        } else {
            #expect(load.failed == 0, "\(breakage): \(load.failureSamples)")
            #expect(Set(load.byRelease.keys) == [old], "\(breakage): no user saw the broken release")
        }
    }

    /// Nothing that began before the switch or after the confirmed way back may have failed; what did in between got an
    /// answer that says so (502 or 503), or on a kept connection its end, upon which clients ask again; none was left to
    /// wait.
    private func expect(_ failures: [FailureSample], beganWhileServedBy journal: [JournalLine]) throws {
        let switched = try #require(journal.first { $0.boundary == "intent:switchTraffic" }?.at)
        let back = try #require(journal.first { $0.boundary == "completed:switchBack" }?.at)
        for failure in failures {
            let began = failure.time.addingTimeInterval(-failure.afterMilliseconds / 1_000)
            #expect(switched < began && began < back, "\(failure)")
            let isTold = [.proxyMade502, .proxyMade503].contains(failure.reason)
            let isEnded = failure.usedKeptConnection && [.noResponse, .reset].contains(failure.reason)
            #expect(isTold || isEnded, "\(failure)")
        }
    }

    @Test func `a release that finds its port taken is refused`() async throws {
        let taken = try TakenPort()
        try await SwitchyardFixture.use([quick]) { switchyard in
            try await deploy(["0.9.0", "1.0.0"], in: switchyard)
            let source = "\(switchyard.folder)/bind"
            try ExampleRelease("2.0.0").write(to: source)
            let program = "import socket; socket.create_server((\\\"127.0.0.1\\\", \(taken.port)))"
            let manifest = ExampleRelease("2.0.0").manifest
                .replacing("[python3, app.py, web]", with: "[python3, -c, \"\(program)\"]")
            try manifest.write(toFile: "\(source)/release.yaml", atomically: false, encoding: .utf8)
            try await switchyard.add(folder: source)
            let failed = try await switchyard.deploy("2.0.0")
            #expect(failed.deployment.outcome == .failed)
            #expect(failed.deployment.reason?.contains("web.1 exited with status 1") == true)
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            let evidence = try Self.text(below: "\(switchyard.state)/evidence/production/3")
            #expect(evidence.contains("Address already in use"), "the evidence says what the process said")
            try await switchyard.expectRollback(to: "0.9.0")
        }
    }

    @Test func `an archive or an unpacked copy that was altered is refused`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await deploy(["0.9.0", "1.0.0"], in: switchyard)
            try await switchyard.add(ExampleRelease("1.1.0"))
            let digest = try await switchyard.client.release("1.1.0").digest
            let archive = "\(switchyard.state)/artifacts/\(digest).tar.zst"
            let whole = try Data(contentsOf: URL(filePath: archive))
            var altered = whole
            altered[altered.count / 2] ^= 1
            try altered.write(to: URL(filePath: archive))
            let refused = try await switchyard.cli(["deploy", "1.1.0"])
            #expect(refused.status == 3)
            #expect(refused.output.contains("was altered"), "\(refused.output)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            try await switchyard.expectRollback(to: "0.9.0")

            try whole.write(to: URL(filePath: archive))
            let kept = try await switchyard.client.release("0.9.0").digest
            let copy = "\(switchyard.state)/releases/production/\(kept)/app.py"
            for version in ["1.0.0", "1.1.0"] { try await switchyard.deploy(version) }
            let source = try String(contentsOfFile: copy, encoding: .utf8)
            try source.replacing("by {VERSION}", with: "by a stranger")
                .write(toFile: copy, atomically: false, encoding: .utf8)
            // The kept slot runs from that copy, so it is neither used nor replaced under its feet.
            #expect(try await switchyard.cli(["deploy", "0.9.0"]).status == 3)
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
            try await switchyard.expectRollback(to: "1.0.0")
        }
    }

    @Test func `a proxy whose port is taken is reported, and nothing is deployed`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await eventually("a proxy that answers") { (try? await switchyard.ask()) != nil }
            switchyard.kill(SIGTERM)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.cli(["down", "--deadline", "5"])
            let taken = try TakenPort()
            let text = try String(contentsOfFile: switchyard.configuration, encoding: .utf8)
            try text.replacing("http: 127.0.0.1:0", with: "http: 127.0.0.1:\(taken.port)")
                .write(toFile: switchyard.configuration, atomically: false, encoding: .utf8)
            try await switchyard.start()
            // Told by Switchyard before HAProxy is started, and by HAProxy where it runs with what it had before.
            func isTold(in text: String) -> Bool {
                text.contains("127.0.0.1:\(taken.port)") && text.contains("Address already in use")
            }
            try await eventually(within: .seconds(30), "a report on the proxy") {
                let status = try await switchyard.cli(["status"])
                return status.status == 1 && isTold(in: status.output)
            }
            let refused = try await switchyard.cli(["deploy", "1.0.0"])
            #expect(refused.status == 1)
            #expect(isTold(in: refused.error), "\(refused.error)")
            #expect(try await switchyard.client.deployments().isEmpty)
        }
    }

    private static func text(below folder: String) throws -> String {
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects.compactMap { $0 as? String } ?? []
        return names.compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
    }
}
