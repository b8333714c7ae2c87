import API
import Domain
import Foundation
import TestSupport
import Testing

/// `release create --from-git` of the real binary.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct BuildingTests {
    /// A repository with an application whose build is a line of shell.
    private func makeRepository(build: String, in folder: String) throws -> String {
        let path = "\(folder)/source"
        try ExampleRelease("1.0.0").write(to: path)
        let manifest = "\(path)/release.yaml"
        let text = try String(contentsOfFile: manifest, encoding: .utf8)
        try (text + "\nbuild: {command: [sh, -c, \"\(build)\"]}\n")
            .write(toFile: manifest, atomically: false, encoding: .utf8)
        try runGit(["init", "--quiet"], in: path)
        try runGit(["add", "--all"], in: path)
        try runGit(["commit", "--quiet", "--message", "one"], in: path)
        try runGit(["tag", "v1.0.0"], in: path)
        return path
    }

    private func runGit(_ arguments: [String], in folder: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"] + arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test func `a tag is built, put into the store and deployed`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let path = try makeRepository(build: "echo built > built.txt", in: switchyard.folder)
            let result = try await switchyard.cli(
                ["release", "create", "--from-git", "v1.0.0", "--repository", path, "--json"])
            #expect(result.status == 0, "\(result.error)")
            let release = try #require(try await switchyard.client.releases().first)
            #expect(release.manifest.tag == "v1.0.0")
            #expect(release.manifest.authors == ["Ada <ada@example.org>"])
            let commit = try #require(release.manifest.commit)
            #expect(result.output.contains(commit))
            #expect(release.verified)
            let shown = try await switchyard.cli(["release", "show", "1.0.0"])
            #expect(shown.output.contains("  commit      \(commit) (v1.0.0)\n"), "\(shown.output)")
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
        }
    }

    @Test func `a commit that somebody wrote into release.yaml is shown as not verified`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let source = "\(switchyard.folder)/releases/1.0.0"
            try ExampleRelease("1.0.0").write(to: source)
            let manifest = "\(source)/release.yaml"
            let text = try String(contentsOfFile: manifest, encoding: .utf8)
            try (text + "commit: 1234567890abcdef\nauthors: [Mallory]\n")
                .write(toFile: manifest, atomically: false, encoding: .utf8)
            try await switchyard.add(folder: source)
            let shown = try await switchyard.cli(["release", "show", "1.0.0"])
            let doubt = ", stated in release.yaml, not verified\n"
            #expect(shown.output.contains("  commit      1234567890abcdef\(doubt)"), "\(shown.output)")
            #expect(shown.output.contains("  author      Mallory\(doubt)"), "\(shown.output)")
            let json = try await switchyard.cli(["release", "show", "1.0.0", "--json"])
            #expect(json.output.contains("\"verified\" : false"), "\(json.output)")
            let list = try await switchyard.cli(["release", "list"])
            #expect(list.output.contains("1234567890ab ?\n"), "\(list.output)")
        }
    }

    @Test func `interrupted with ^C, a build ends and leaves nothing`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let path = try makeRepository(
                build: "echo place $TMPDIR; while :; do sleep 1; done", in: switchyard.folder)
            let session = try TerminalSession(
                ["release", "create", "--from-git", "HEAD", "--repository", path], state: switchyard.state)
            try await eventually("the build") { session.text.contains(#/place \S+/tmp\s/#) }
            let place = try #require(session.text.firstMatch(of: #/place (\S+)/tmp\s/#)?.output.1)
            #expect(FileManager.default.fileExists(atPath: String(place)))
            session.type("\u{3}")
            try await eventually("the command's end") { !session.isRunning }
            #expect(session.status == 1)
            #expect(session.text.contains("Interrupted; nothing was made, and nothing is left of it."))
            #expect(!FileManager.default.fileExists(atPath: String(place)))
            #expect(try await switchyard.client.releases().isEmpty)
        }
    }
}
