import Foundation
import Releases
import TestSupport
import Testing

/// `--from-git`: what is refused or ended, with which sentence, and that nothing is left of it.
@Suite(.timeLimit(.minutes(2)))
struct BuildRefusalTests {
    private let workspace: Workspace
    private let source: SourceRepository

    init() async throws {
        workspace = try Workspace()
        source = try await SourceRepository(workspace.file("source"))
    }

    private func build(_ reference: String, in folder: String? = nil) async throws -> PackedRelease {
        let builder = ReleaseBuilder(
            repository: folder ?? source.path, reference: reference,
            variables: SourceRepository.variables.merging(["MARK": workspace.path]) { $1 })
        return try await builder.build(to: workspace.file("a.tar.zst")) { _ in }
    }

    private func refusal(_ reference: String = "HEAD", in folder: String? = nil) async throws -> String {
        let error = await #expect(throws: BuildError.self) { try await build(reference, in: folder) }
        #expect(!FileManager.default.fileExists(atPath: workspace.file("a.tar.zst")))
        return error?.description ?? ""
    }

    /// Whether a process is gone, or waits as a zombie for init to collect it.
    private func hasEnded(_ pid: Int32) -> Bool {
        let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ") Z"
        return line.contains(#/\) [ZX]/#)
    }

    @Test(arguments: ["nowhere", "", "--all", "v1.0.0", "HEAD~1", "HEAD:serve"])
    func `an unknown reference is refused`(reference: String) async throws {
        #expect(
            try await refusal(reference)
                == "\(source.path) has no commit '\(reference)'; name a branch, a tag or a commit that is there "
                + "('git fetch' brings what is only on a server).")
    }

    @Test func `a folder that is no repository is refused`() async throws {
        let sentence = try await refusal(in: workspace.path)
        #expect(sentence.hasPrefix("\(workspace.path) is no git repository that this user may read (fatal: "))
        #expect(sentence.hasSuffix("name one with --repository."))
        #expect(try await refusal(in: workspace.file("nowhere")).contains("(No such file or directory)"))
    }

    @Test func `a commit without release.yaml is refused, whatever the working tree has`() async throws {
        try await source.git("rm", "--quiet", "release.yaml")
        let commit = try await source.commit("no manifest")
        try source.write(SourceRepository.manifest, to: "release.yaml")
        #expect(
            try await refusal()
                == "Commit \(commit.prefix(12)) has no release.yaml; commit one that says name, version and processes.")
    }

    @Test func `a build that fails is told with its last lines and no secret`() async throws {
        try await source.commit(build: "seq 1 50; echo using $DEPLOY_TOKEN; exit 3")
        let lines = try await refusal().split(separator: "\n")
        let told = "The build './build.sh' ended with 3; nothing was packed. Mend what it says, or 'build.command' in "
        #expect(lines.first == "\(told)release.yaml, and commit that. Its last lines:")
        #expect(lines.dropFirst().map { $0.dropFirst(4) } == (32...50).map { "\($0)" } + ["using ***"])
    }

    @Test func `a build that hangs is killed with all its processes at its time limit`() async throws {
        try await source.commit(
            build: """
                trap '' TERM
                sh -c 'trap "" TERM; echo $$ >> "$MARK/pids"; while :; do sleep 1; done' &
                echo $$ >> "$MARK/pids"
                echo waiting
                while :; do sleep 1; done
                """, limits: ", time_limit: 1s")
        let sentence = try await refusal()
        #expect(
            sentence == "The build './build.sh' was ended: it ran longer than 1 s. Its last line says where "
                + "it hung; if it only needs longer, raise build.time_limit in release.yaml. "
                + "Its last lines:\n    waiting")
        let pids = try workspace.text("pids").split(separator: "\n").compactMap { Int32($0) }
        #expect(pids.count == 2)
        #expect(pids.allSatisfy(hasEnded))
    }

    @Test func `what a finished build left in the background is killed and does not hold it up`() async throws {
        try await source.commit(
            build: "sh -c 'echo $$ > \"$MARK/pid\"; while :; do sleep 1; done' &\n"
                + "while [ ! -s \"$MARK/pid\" ]; do :; done\n" + SourceRepository.build)
        _ = try await build("HEAD")
        let pid = try #require(Int32(try workspace.text("pid").trimmingCharacters(in: .newlines)))
        try await eventually("the end of process \(pid)") { hasEnded(pid) }
    }

    @Test func `a build that takes too much memory is ended`() async throws {
        try await source.commit(
            build: "exec python3 -c 'text = \"x\" * (64 << 20); import time; time.sleep(60)'",
            limits: ", memory_limit: 32MiB")
        #expect(
            try await refusal() == "The build './build.sh' was ended: it took more than 32 MiB of memory. "
                + "Let it do less at a time, or raise build.memory_limit in release.yaml. It had printed nothing.")
    }

    @Test func `a build that prints without end is ended`() async throws {
        try await source.commit(build: "yes freight", limits: ", output_limit: 1KiB")
        #expect(
            try await refusal().hasPrefix(
                "The build './build.sh' was ended: it printed more than 1024 bytes. Let it print less, or "
                    + "raise build.output_limit in release.yaml. "
                    + "Its last lines:\n    freight\n"))
    }

    @Test func `a command that cannot be started, and a folder that was not made, are told`() async throws {
        try await source.commit(build: "exit 0")
        #expect(
            try await refusal() == "'build.folder' names 'dist', which the build did not make; nothing was packed.")
        chmod("\(source.path)/build.sh", 0o644)
        try await source.commit("not executable")
        #expect(try await refusal().hasPrefix("The build's command './build.sh' cannot be started: "))
    }

    @Test func `a build that is interrupted ends at once and leaves nothing`() async throws {
        try await source.commit(build: "echo $$ $TMPDIR > \"$MARK/build\"; while :; do sleep 1; done")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: (any Error).self) { try await build("HEAD") }
            }
            try await eventually("the build") { (try? workspace.text("build").hasSuffix("/tmp\n")) == true }
            group.cancelAll()
            try await group.waitForAll()
        }
        let words = try workspace.text("build").split(whereSeparator: \.isWhitespace)
        let pid = try #require(Int32(words[0]))
        #expect(hasEnded(pid))
        #expect(!FileManager.default.fileExists(atPath: String(words[1])))
    }
}
