import Domain
import Foundation
import Releases
import Testing

/// `--from-git` with real git: what is packed, what is recorded, what is refused, and that nothing is left.
@Suite(.timeLimit(.minutes(2)))
struct ReleaseBuilderTests {
    private let workspace: Workspace
    private let source: SourceRepository
    private let report = BuildReport()

    init() async throws {
        workspace = try Workspace()
        source = try await SourceRepository(workspace.file("source"))
    }

    /// Builds into `a.tar.zst`; the build's own temporary folder is below the workspace's.
    private func build(_ reference: String = "HEAD", in folder: String? = nil) async throws -> PackedRelease {
        let builder = ReleaseBuilder(
            repository: folder ?? source.path, reference: reference,
            variables: SourceRepository.variables.merging(["MARK": workspace.path]) { $1 })
        return try await builder.build(to: workspace.file("a.tar.zst")) { [report] in report.take($0) }
    }

    private func refusal(_ reference: String = "HEAD", in folder: String? = nil) async throws -> String {
        let error = await #expect(throws: BuildError.self) { try await build(reference, in: folder) }
        #expect(!FileManager.default.fileExists(atPath: workspace.file("a.tar.zst")))
        return error?.description ?? ""
    }

    private func packed(_ path: String) async throws -> String {
        try await runForeign("tar", ["--zstd", "-xOf", workspace.file("a.tar.zst"), path])
    }

    @Test func `a commit is built apart from the working tree, and the same commit gives the same digest`() async throws
    {
        try source.write("#!/bin/sh\necho changed\n", to: "serve")
        try source.write("left over", to: "dist/left-over")
        let first = try await build()
        #expect(try await packed("bin/serve") == "#!/bin/sh\necho one\n")
        let names = try await runForeign("tar", ["--zstd", "-tf", workspace.file("a.tar.zst")])
        #expect(names.split(separator: "\n") == ["bin/", "bin/serve", "release.yaml"])
        #expect(report.text.contains("Changes that are not committed are no part of it."))
        #expect(try await source.git("status", "--porcelain") == " M serve\n?? dist/")
        try FileManager.default.removeItem(atPath: workspace.file("a.tar.zst"))
        #expect(try await build("main").digest == first.digest)
    }

    @Test func `commit, tag and the authors since the tag before are recorded`() async throws {
        try await source.git("tag", "v1.0.0")
        try source.write("2", to: "two")
        try await source.commit("two", by: "Grace <grace@example.org>")
        try source.write("3", to: "three")
        let commit = try await source.commit("three", by: "Linus <linus@example.org>")
        try await source.git("tag", "-a", "-m", "v1.1.0", "v1.1.0")
        try source.write("4", to: "four")
        try await source.commit("four", by: "Ken <ken@example.org>")

        let manifest = try await build("v1.1.0").manifest
        #expect(manifest.commit == commit)
        #expect(manifest.tag == "v1.1.0")
        #expect(manifest.authors == ["Linus <linus@example.org>", "Grace <grace@example.org>"])
        #expect(report.all.first == .step("Commit \(commit.prefix(12)) (v1.1.0), by 2 authors since v1.0.0."))
        let yaml = try await packed("release.yaml")
        #expect(yaml.contains("commit: \"\(commit)\"") && yaml.contains("version: 1.0.0"), "\(yaml)")
    }

    @Test func `a commit that no branch has, of a shallow clone, is built too`() async throws {
        try source.write("2", to: "two")
        try await source.commit("two")
        let clone = workspace.file("shallow")
        _ = try await runForeign("git", ["clone", "--quiet", "--depth=1", "file://\(source.path)", clone])
        _ = try await runForeign("git", ["-C", clone, "checkout", "--quiet", "--detach"])
        _ = try await runForeign("git", ["-C", clone, "branch", "--quiet", "-D", "main"])
        let commit = try await source.git("rev-parse", "HEAD")
        #expect(try await build(in: clone).manifest.commit == commit)
    }

    @Test func `without a build section the commit is packed as it is, without git's files`() async throws {
        let lines = SourceRepository.manifest.split(separator: "\n").filter { !$0.hasPrefix("build") }
        try source.write(lines.joined(separator: "\n").replacing("bin/serve", with: "./serve"), to: "release.yaml")
        try source.write("#!/bin/sh\n", to: "serve", mode: 0o755)
        try await source.commit("no build")
        _ = try await build()
        let names = try await runForeign("tar", ["--zstd", "-tf", workspace.file("a.tar.zst")])
        #expect(names.split(separator: "\n") == ["build.sh", "release.yaml", "serve"])
    }

    @Test func `a folder of a repository with several applications is built on its own`() async throws {
        try source.write(SourceRepository.manifest.replacing("freightops", with: "billing"), to: "billing/release.yaml")
        try source.write(SourceRepository.build, to: "billing/build.sh", mode: 0o755)
        try source.write("#!/bin/sh\necho billing\n", to: "billing/serve")
        try await source.commit("billing")
        #expect(try await build(in: "\(source.path)/billing").manifest.name == ApplicationName("billing"))
        #expect(try await packed("bin/serve") == "#!/bin/sh\necho billing\n")
    }

    @Test func `submodules are checked out at the recorded commit, or the reason is told`() async throws {
        let library = try await SourceRepository(workspace.file("library"))
        try await source.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../library", "library")
        try await source.commit(build: "mkdir -p dist/bin; cp library/serve dist/bin/serve; chmod +x dist/bin/serve")
        try library.write("#!/bin/sh\necho later\n", to: "serve")
        try await library.commit("later")
        #expect(try await refusal().contains("git could not check out the submodules: "))

        let allowing = SourceRepository.variables.merging([
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
        ]) { $1 }
        let builder = ReleaseBuilder(repository: source.path, reference: "HEAD", variables: allowing)
        _ = try await builder.build(to: workspace.file("a.tar.zst")) { [report] in report.take($0) }
        #expect(try await packed("bin/serve") == "#!/bin/sh\necho one\n")
        #expect(report.all.contains(.step("Submodules checked out at the commits that it records: 1.")))
    }

    @Test func `what the build prints is passed on as lines, without its secrets`() async throws {
        try await source.commit(
            build: "echo token $DEPLOY_TOKEN; printf 'half\\rwhole' >&2; echo; printf end\n" + SourceRepository.build)
        _ = try await build()
        let lines: [ReleaseBuilder.News] = ["token ***", "half", "whole", "end"].map { .output($0) }
        #expect(report.all.filter { if case .output = $0 { true } else { false } } == lines)
        #expect(
            report.text.contains(
                "The build printed what DEPLOY_TOKEN holds, masked here as ***: let it print that no more"),
            "\(report.text)")
    }

    @Test func `a build that prints no secret is told nothing of secrets`() async throws {
        try await source.commit(build: "echo building\n" + SourceRepository.build)
        _ = try await build()
        #expect(!report.text.contains("masked"), "\(report.text)")
    }

    @Test func `a build knows its release and has a temporary folder of its own`() async throws {
        try await source.commit(
            build: """
                echo "$RELEASE_NAME $RELEASE_VERSION $RELEASE_COMMIT ${GIT_DIR-no git dir}"
                mkdir "$TMPDIR/cache" && touch "$TMPDIR/cache/file" && chmod 500 "$TMPDIR/cache"
                echo "$TMPDIR" > "$MARK/place"
                """ + "\n" + SourceRepository.build)
        _ = try await build()
        let commit = try await source.git("rev-parse", "HEAD")
        #expect(report.all.contains(.output("freightops 1.0.0 \(commit) no git dir")))
        let place = try workspace.text("place").trimmingCharacters(in: .newlines)
        #expect(place.hasSuffix("/tmp"))
        #expect(!FileManager.default.fileExists(atPath: (place as NSString).deletingLastPathComponent))
    }
}
