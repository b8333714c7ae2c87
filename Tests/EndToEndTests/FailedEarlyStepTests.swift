import API
import Domain
import Foundation
import TestSupport
import Testing

/// A step that fails before any user is on the new release, and the control plane or everything ended right after the
/// journal says so: the next start clears away, and the old release never stopped serving.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FailedEarlyStepTests {
    /// A step that is made to fail, with what makes it fail; the one that leaves a half-applied migration comes last.
    private enum Failure: String, CaseIterable {
        /// The archive is altered.
        case admit
        /// The unpacked copy of a release that is kept is altered.
        case prepare
        /// A file lies where backups go.
        case backUp
        /// A file lies where clones go.
        case rehearse
        /// The migration's statement fails.
        case expand

        var release: String {
            switch self {
            case .admit: "3.0.0"
            case .prepare: "1.0.0"
            case .backUp, .rehearse: "3.1.0"
            case .expand: "3.2.0"
            }
        }
    }

    @Test(arguments: [Interruption.kill, .powerLoss])
    func `a deployment cut off where a step before the switch failed leaves the old release`(
        by interruption: Interruption
    ) async throws {
        let environment = FixtureEnvironment(database: "embedded", policy: ["rehearsal": "required"])
        try await SwitchyardFixture.use([environment]) { switchyard in
            try await addReleases(to: switchyard)
            for version in ["1.0.0", "2.0.0"] {
                #expect(try await switchyard.deploy(version).deployment.outcome == .committed)
            }
            for failure in Failure.allCases {
                let boundary = "failed:\(failure.rawValue)"
                if failure == .expand { try await switchyard.restart(changing: "required", to: "off") }
                let report = try await switchyard.interrupted(by: interruption, at: boundary) { _ in
                    try await cause(failure, in: switchyard)
                }
                try await switchyard.waitUntilServed(by: "2.0.0")
                try await switchyard.expect(report, ended: .failed, serving: "2.0.0", interruptedAt: boundary)
                #expect(report.journal.contains { $0.boundary == boundary })
            }
            #expect(try await switchyard.report().waysBack.map(\.version.rawValue) == ["1.0.0"])
        }
    }

    private func addReleases(to switchyard: SwitchyardFixture) async throws {
        for version in ["1.0.0", "2.0.0", "3.0.0"] { try await switchyard.add(ExampleRelease(version)) }
        let first = ["20250101000000_ledger": "CREATE TABLE ledger (n int);"]
        try await switchyard.add(ExampleRelease("3.1.0", migrations: first))
        let wrong = ["20250101000000_wrong": "INSERT INTO nowhere VALUES (1);"]
        try await switchyard.add(ExampleRelease("3.2.0", migrations: wrong))
    }

    /// Deploys a release and makes the step fail; returns when the control plane has ended and nothing is in the way.
    private func cause(_ failure: Failure, in switchyard: SwitchyardFixture) async throws {
        let digest = try await switchyard.client.release(failure.release).digest
        switch failure {
        case .admit:
            try append("x", to: "\(switchyard.state)/artifacts/\(digest).tar.zst")
            try await deploy(failure.release, in: switchyard)
        case .prepare:
            try append("# altered", to: "\(switchyard.state)/releases/production/\(digest)/app.py")
            try await deploy(failure.release, in: switchyard)
        case .backUp:
            try await deploy(failure.release, in: switchyard, withFileAt: "\(switchyard.state)/backups")
        case .rehearse:
            try await deploy(failure.release, in: switchyard, withFileAt: "\(switchyard.state)/rehearsals")
        case .expand:
            try await deploy(failure.release, in: switchyard)
        }
    }

    private func deploy(_ version: String, in switchyard: SwitchyardFixture) async throws {
        _ = try await switchyard.client.deploy(DeployRequest(release: version, requestedBy: "test"), to: .production)
        try await switchyard.waitForControlPlaneToEnd()
    }

    /// Deploys while a file lies where a folder belongs.
    private func deploy(
        _ version: String, in switchyard: SwitchyardFixture, withFileAt path: String
    ) async throws {
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).away")
        try "".write(toFile: path, atomically: false, encoding: .utf8)
        try await deploy(version, in: switchyard)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(path).away", toPath: path)
    }

    private func append(_ text: String, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}
