import Foundation
import Releases
import Synchronization

/// A real git repository of a test, with an application in it whose build writes `dist/`.
struct SourceRepository {
    let path: String

    static let manifest = """
        # What runs.
        name: freightops
        version: 1.0.0
        build: {command: ./build.sh, folder: dist}
        processes: {web: {command: bin/serve}}

        """

    /// Writes what was committed into `dist/`.
    static let build = """
        #!/bin/sh
        mkdir -p dist/bin
        cp serve dist/bin/serve
        chmod +x dist/bin/serve

        """

    init(_ path: String) async throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try await git("init", "--quiet", "--initial-branch=main")
        try write(Self.manifest, to: "release.yaml")
        try write("#!/bin/sh\necho one\n", to: "serve")
        try write(Self.build, to: "build.sh", mode: 0o755)
        try await commit("one")
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
        try FileManager.default.createDirectory(
            atPath: ("\(path)/\(name)" as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        chmod("\(path)/\(name)", mode)
    }

    @discardableResult
    func git(_ arguments: String...) async throws -> String {
        try await runForeign(
            "git", ["-C", path, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"] + arguments
        )
        .trimmingCharacters(in: .newlines)
    }

    /// Commits everything that is there; answers the hash.
    @discardableResult
    func commit(_ message: String, by author: String = "Ada <ada@example.org>") async throws -> String {
        try await git("add", "--all")
        try await git("commit", "--quiet", "--author", author, "--message", message)
        return try await git("rev-parse", "HEAD")
    }

    /// Replaces the build by a shell script and commits it.
    func commit(build lines: String, limits: String = "") async throws {
        try write("#!/bin/sh\n\(lines)\n", to: "build.sh", mode: 0o755)
        let key = "build: {command: ./build.sh, folder: dist"
        try write(Self.manifest.replacing(key, with: key + limits), to: "release.yaml")
        try await commit("another build")
    }

    /// What git and the builds of a test get: a git hook's variable, which must mislead nobody, and a secret.
    static let variables = ProcessInfo.processInfo.environment.merging([
        "GIT_DIR": "/nonexistent", "DEPLOY_TOKEN": "very-secret-token",
    ]) { $1 }
}

/// What a build reported, in order.
final class BuildReport: Sendable {
    private let news = Mutex<[ReleaseBuilder.News]>([])

    var all: [ReleaseBuilder.News] { news.withLock { $0 } }
    var text: String { all.map { "\($0)" }.joined(separator: "\n") }

    func take(_ new: ReleaseBuilder.News) { news.withLock { $0.append(new) } }
}
