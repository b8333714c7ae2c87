import API
import Domain
import Foundation
import Synchronization
import TestSupport
import Testing

/// Files that users upload into a `shared:` folder while releases change: an acknowledged one is there for all of them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct UploadTests {
    @Test func `no upload is lost while releases go forward and back, and each release reads all of them`()
        async throws
    {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version, hasBackgroundProcesses: true))
            }
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)

            let uploaders = Uploaders(switchyard: switchyard)
            try await uploaders.upload {
                try await uploaders.waitForUploads(by: "1.0.0")
                #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
                try await uploaders.waitForUploads(by: "1.1.0")
                #expect(try await switchyard.rollBack().deployment.outcome == .rolledBack)
                try await uploaders.waitForUploads(by: "1.0.0")
            }
            let outcome = uploaders.outcome
            #expect(outcome.refused.isEmpty, "\(outcome.refused.prefix(5))")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            try await expectAll(outcome.kept.map(\.name), in: switchyard)
            #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
            try await expectAll(outcome.kept.map(\.name), in: switchyard)
        }
    }

    @Test func `an upload that began before the switch is finished by the release that it began with`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version, hasBackgroundProcesses: true))
            }
            try await switchyard.deploy("1.0.0")
            let answer = try await switchyard.upload(Uploaders.content(of: "slow"), to: "/uploads/slow") {
                // Its first half is on its way to the old release, which has begun with it when it counts it.
                try await eventually(within: .seconds(20), "an upload in flight") {
                    try await switchyard.report().slots.contains { ($0.inFlight ?? 0) > 0 }
                }
                #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
            }
            #expect(answer.status == 201 && answer.release == "1.0.0", "\(answer)")
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
            try await expectAll(["slow"], in: switchyard)
        }
    }

    /// Reads every file back from the release that serves.
    private func expectAll(_ names: [String], in switchyard: SwitchyardFixture) async throws {
        for name in names {
            let answer = try await switchyard.ask("/uploads/\(name)")
            #expect(answer.status == 200 && answer.body == Uploaders.content(of: name), "\(name): \(answer.status)")
        }
    }
}

/// Users who upload one file after the other, each file with a content of its own.
private final class Uploaders: Sendable {
    struct Outcome: Sendable {
        var kept: [(name: String, release: String?)] = []
        /// What users got who were not told that their file is kept.
        var refused: [String] = []
    }

    private static let users = 3
    private let switchyard: SwitchyardFixture
    private let state = Mutex((outcome: Outcome(), hasEnded: false))

    init(switchyard: SwitchyardFixture) { self.switchyard = switchyard }

    var outcome: Outcome { state.withLock(\.outcome) }

    /// 30 to 330 KiB, by the name.
    static func content(of name: String) -> String {
        let size = name.utf8.reduce(0) { ($0 * 31 + Int($1)) % 10 }
        return String(repeating: "This is \(name), a file of a user.\n", count: 1_000 * (size + 1))
    }

    /// Uploads while the body runs; whatever was begun is finished afterwards, never cut off.
    func upload(while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for user in 1...Self.users { group.addTask { await self.uploadFiles(of: user) } }
            defer { state.withLock { $0.hasEnded = true } }
            try await body()
        }
    }

    private func uploadFiles(of user: Int) async {
        var number = 0
        while !state.withLock(\.hasEnded) {
            number += 1
            let name = "user-\(user)-file-\(number)"
            do {
                let answer = try await switchyard.upload(Self.content(of: name), to: "/uploads/\(name)")
                state.withLock {
                    if answer.status == 201 { $0.outcome.kept.append((name, answer.release)) }
                    if answer.status != 201 { $0.outcome.refused.append("\(name): \(answer)") }
                }
            } catch {
                state.withLock { $0.outcome.refused.append("\(name): \(error)") }
            }
        }
    }

    /// Waits until a release has kept twenty files more.
    func waitForUploads(by release: String) async throws {
        func count() -> Int { outcome.kept.count { $0.release == release } }
        let before = count()
        try await eventually(within: .seconds(60), "uploads to \(release)") { count() >= before + 20 }
    }
}
