import Foundation
import TestSupport
import Testing

/// A release of FreightOps Pro, put together from the source tree and the program of this build.
struct FreightOpsRelease {
    let version: String
    /// Which release of the source tree it is made from; `version` where none is named.
    var base: String?
    /// Chaos switches to set in its manifest.
    var switches: [String: String] = [:]

    /// Puts its folder together and adds it to the store with the real binary.
    func add(to switchyard: SwitchyardFixture) async throws {
        let folder = "\(switchyard.folder)/freightops-\(version)"
        try assemble(into: folder)
        let path = "\(folder)/release.yaml"
        let manifest = try String(contentsOfFile: path, encoding: .utf8)
        try manifest.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { line in !switches.keys.contains { line.hasPrefix("  \($0):") } }
            .flatMap { line in
                switch line {
                case "environment:": ["environment:"] + switches.map { "  \($0): \"\($1)\"" }
                case "version: \(base ?? version)": ["version: \(version)"]
                default: [String(line)]
                }
            }
            .joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
        try await switchyard.add(folder: folder)
    }

    private func assemble(into folder: String) throws {
        let program = URL(filePath: SwitchyardFixture.program).deletingLastPathComponent().appending(path: "freightops")
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "FreightOps/assemble-release")
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [source.path, base ?? version, program.path, folder]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
