import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Whether packages can be made and tried here.
private let hasPackagingTools = ["/usr/sbin/debootstrap", "/usr/bin/dpkg-shlibdeps", "/usr/bin/strip"]
    .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

/// Whether Debian's mirror answers; without it nothing can be installed.
private func canReachMirror() async -> Bool {
    let mirror = ProcessInfo.processInfo.environment["DEBIAN_MIRROR"] ?? "http://deb.debian.org/debian"
    let release = "\(mirror)/dists/bookworm/Release"
    let arguments = ["--silent", "--fail", "--max-time", "10", "--range", "0-99", release]
    return (try? await output(of: "curl", arguments))?.isEmpty == false
}

/// The Debian package of the debug build, installed into a bare Debian in a folder of its own.
@Suite(
    .enabled(if: getuid() == 0 && hasPackagingTools, "needs root and Debian's tools: scripts/setup test"),
    .enabled("needs Debian's mirror, which does not answer (DEBIAN_MIRROR names another)") { await canReachMirror() },
    .timeLimit(.minutes(10)))
struct PackageTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private func script(_ name: String, _ arguments: [String] = []) async throws -> (output: String, isGood: Bool) {
        let result = try await run(
            .path(FilePath("\(Self.sources)/scripts/\(name)")), arguments: Arguments(arguments),
            environment: .inherit.updating(["BUILD": "debug"]), input: .none,
            output: .string(limit: 1 << 20), error: .combinedWithOutput)
        return (result.standardOutput, result.terminationStatus.isSuccess)
    }

    @Test func `it installs, serves users, is not removed under them, and goes away without a trace`() async throws {
        let packed = try await script("deb")
        let line = try #require(packed.output.split(separator: "\n").last { $0.hasSuffix(".deb") }, "\(packed.output)")
        let package = "\(Self.sources)/\(line)"
        defer { try? FileManager.default.removeItem(atPath: package) }
        try #require(packed.isGood, "\(packed.output)")
        let fields = try await output(of: "dpkg-deb", ["--field", package])
        #expect(fields.contains("\nSuggests: lego"), "\(fields)")
        #expect(fields.contains(#/\nMaintainer: [^\n]+ <[^\n@]+@[^\n]+>\n/#), "\(fields)")

        let tried = try await script("test-deb", [package, "--no-booting"])
        #expect(tried.isGood, "\(tried.output)")
        #expect(tried.output.hasSuffix("the package installs, runs, and goes away without a trace\n"))
    }
}
