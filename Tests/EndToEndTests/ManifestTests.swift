import API
import Domain
import Foundation
import TestSupport
import Testing

/// Manifests that `switchyard release create` refuses, and what it says.
@Suite(.timeLimit(.minutes(5)))
struct ManifestTests {
    /// The manifest (nil: none at all) and the sentence that refuses it.
    private static let refusals: [(manifest: String?, sentence: String)] = [
        (nil, "has no release.yaml; write one"),
        ("version: 1.0.0\nprocesses: {web: {command: run}}\n", "'name' is missing"),
        ("name: example\nprocesses: {web: {command: run}}\n", "'version' is missing"),
        ("name: example\nversion: 1.0.0\n", "'processes' is missing"),
        ("name: example\nversion: 1.0.0\nprocesses: {web: {command: run}}\nhelth: {}\n", "did you mean 'health'?"),
        ("name: example\nversion: 1.0.0\nprocesses: {web: {command: run}}\nshared: 7\n", "release.yaml:4"),
        ("name: ../example\nversion: 1.0.0\nprocesses: {web: {command: run}}\n", "release.yaml:1"),
        ("name: example\nversion: 1.0.0\nprocesses: {web: {command: run, instances: many}}\n", "'many'"),
        ("name: example\nversion: 1.0.0\nprocesses: {web: {command: ../../bin/sh}}\n", "outside the release"),
        ("name: [example\n", "release.yaml:"),
    ]

    @Test func `a manifest with missing, unknown or wrong fields is refused with its line`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version))
                try await switchyard.deploy(version)
            }
            for (number, refusal) in Self.refusals.enumerated() {
                let source = "\(switchyard.folder)/refused/\(number)"
                try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
                try refusal.manifest?.write(toFile: "\(source)/release.yaml", atomically: false, encoding: .utf8)
                let result = try await switchyard.cli(["release", "create", source])
                #expect(result.status == 1)
                #expect(result.output.isEmpty)
                #expect(result.error.hasPrefix("switchyard: "))
                #expect(result.error.contains(refusal.sentence), "\(result.error)")
            }
            #expect(Set(try await switchyard.client.releases().map(\.manifest.version.rawValue)) == ["1.0.0", "1.1.0"])
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
            try await switchyard.expectRollback(to: "1.0.0")
        }
    }
}
