import DurableFiles
import Foundation
import Glibc
import Runtimes
import Subprocess
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ServiceLogTests {
    @Test func `the last lines come in order, across files`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.run(fixture.service(shell: "while read -r line; do echo $line; done < pipe", in: fixture))
            try await write("one", "two", to: fixture)
            _ = try await lines(of: fixture, count: 2)
            try await rotate(fixture)
            try await write("three", to: fixture)
            let lines = try await lines(of: fixture, count: 3)
            #expect(lines.map { $0.split(separator: " ").last.map(String.init) } == ["one", "two", "three"])
            #expect(try await fixture.tree.logLines("web", last: 1).first?.hasSuffix("three") == true)
        }
    }

    @Test func `following goes on through rotations without losing a line`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.run(fixture.service(shell: "while read -r line; do echo $line; done < pipe", in: fixture))
            try await write("before", to: fixture)
            _ = try await lines(of: fixture, count: 1)
            let follower = try #require(await fixture.tree.followLog("web", from: .last(0)))
            for round in 1...4 {
                try await write("first \(round)", "second \(round)", to: fixture)
                // Two rotations before the reader looks: a whole file lies between.
                _ = try await lines(of: fixture, count: 1 + 3 * (round - 1) + 2)
                try await rotate(fixture)
                try await write("third \(round)", to: fixture)
                _ = try await lines(of: fixture, count: 1 + 3 * round)
                try await rotate(fixture)
                let lines = try await read(3, from: follower)
                #expect(words(of: lines) == ["first \(round)", "second \(round)", "third \(round)"])
            }
        }
    }

    @Test func `following begins where it is asked to, also in an older file`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.run(fixture.service(shell: "while read -r line; do echo $line; done < pipe", in: fixture))
            try await write("line 1", "line 2", to: fixture)
            _ = try await lines(of: fixture, count: 2)
            try await rotate(fixture)
            try await write("line 3", to: fixture)
            _ = try await lines(of: fixture, count: 3)
            try await rotate(fixture)
            try await write("line 4", to: fixture)
            let all = try await lines(of: fixture, count: 4)
            for count in 0...5 {
                let follower = try #require(await fixture.tree.followLog("web", from: .last(count)))
                #expect(try await read(min(count, 4), from: follower) == all.suffix(count))
            }
            for (index, line) in all.enumerated() {
                let stamp = String(line.prefix { $0 != " " })
                let follower = try #require(await fixture.tree.followLog("web", from: .time(stamp)))
                let first = all.firstIndex { $0.hasPrefix(stamp) } ?? index
                #expect(try await read(4 - first, from: follower) == Array(all[first...]))
            }
            let follower = try #require(await fixture.tree.followLog("web", from: .beginning))
            #expect(try await read(4, from: follower) == all)
        }
    }

    @Test func `a log that is removed ends, and one made in its place is another`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.run(fixture.service(shell: "echo old; exec sleep 1000"))
            _ = try await lines(of: fixture, count: 1)
            let follower = try #require(await fixture.tree.followLog("web", from: .last(0)))
            try await fixture.tree.remove("web")
            try FileManager.default.removeItem(atPath: fixture.path("logs-web"))
            try await fixture.run(fixture.service(shell: "echo new; exec sleep 1000"))
            _ = try await lines(of: fixture, count: 1)
            #expect(await follower.newLines() == nil)
            let next = try #require(await fixture.tree.followLog("web", from: .beginning))
            #expect(words(of: try await read(1, from: next)) == ["new"])
        }
    }

    private func words(of lines: [String]) -> [String] {
        lines.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
    }

    /// That many lines; more would be a defect.
    private func read(_ count: Int, from follower: LogFollower) async throws -> [String] {
        var lines: [String] = []
        _ = try await eventually("\(count) lines from the follower") {
            lines += await follower.newLines() ?? []
            return lines.count >= count ? true : nil
        }
        lines += await follower.newLines() ?? []
        return lines
    }

    @Test func `a log that grows is cut into files of ten mebibytes`() async throws {
        try await SupervisionFixture.use { fixture in
            let shell = "head -c 25000000 /dev/zero | tr '\\0' x | fold -w 1000; echo done > done; exec sleep 1000"
            try await fixture.run(fixture.service(shell: shell))
            _ = try await eventually("it wrote") { fixture.text("done") }
            let sizes = try await eventually("two files were rotated") {
                let folder = fixture.path("logs-web")
                let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("@") }
                let sizes = names.compactMap { name in
                    (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)"))?[.size] as? Int
                }
                return sizes.count >= 2 ? sizes : nil
            }
            #expect(sizes.allSatisfy { $0 <= Limits.logFileBytes })
        }
    }

    @Test(.enabled(if: UnixUser.isRoot))
    func `a full disk does not stop a process that writes much`() async throws {
        try await SupervisionFixture.use { fixture in
            let disk = fixture.path("disk")
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            try await execute("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk)
            var failure: (any Error)?
            do {
                try await chat(onFullDisk: disk, fixture)
            } catch {
                failure = error
            }
            try await fixture.tree.remove("web")
            try await execute("umount", disk)
            if let failure { throw failure }
        }
    }

    private func chat(onFullDisk disk: String, _ fixture: SupervisionFixture) async throws {
        let shell = """
            while [ ! -e full ]; do sleep 0.02; done
            head -c 40000000 /dev/zero | tr '\\0' x | fold -w 1000; echo done > done; exec sleep 1000
            """
        try await fixture.run(fixture.service(shell: shell, logFolder: disk + "/log"))
        _ = try await eventually("the log's blocks are set aside") {
            var status = stat()
            return stat(disk + "/log/current", &status) == 0 && status.st_blocks > 0 ? true : nil
        }
        // The rest of the disk is taken by somebody else.
        _ = try await run(
            .name("dd"), arguments: ["if=/dev/zero", "of=\(disk)/filler", "bs=64k"], output: .discarded,
            error: .discarded)
        var space = statvfs()
        #expect(statvfs(disk, &space) == 0 && space.f_bavail == 0)
        try "".write(toFile: fixture.path("full"), atomically: true, encoding: .utf8)
        _ = try await eventually("it wrote everything") { fixture.text("done") }
        #expect(try await fixture.tree.status("web").recentExits == [])
    }

    private func execute(_ program: String, _ arguments: String...) async throws {
        let result = try await run(
            .name(program), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 4_096))
        guard result.terminationStatus.isSuccess else {
            Issue.record("\(program) said: \(result.standardError)")
            throw CancellationError()
        }
    }

    private func write(_ lines: String..., to fixture: SupervisionFixture) async throws {
        let descriptor = try await eventually("the service reads its pipe") {
            let descriptor = open(fixture.path("pipe"), O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return descriptor >= 0 ? descriptor : nil
        }
        defer { close(descriptor) }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    private func lines(of fixture: SupervisionFixture, count: Int) async throws -> [String] {
        try await eventually("\(count) lines are in the log") {
            let lines = try await fixture.tree.logLines("web", last: 100)
            return lines.count >= count ? lines : nil
        }
    }

    /// svlogd rotates when it gets SIGALRM (svlogd(8)).
    private func rotate(_ fixture: SupervisionFixture) async throws {
        let count = { try FileManager.default.contentsOfDirectory(atPath: fixture.path("logs-web")).count }
        let before = try count()
        let logger = try #require(
            ProcessEntry.all().first { $0.program == "svlogd" && $0.arguments.last == fixture.path("logs-web") })
        kill(logger.pid, SIGALRM)
        _ = try await eventually("the log is rotated") { try count() > before ? true : nil }
    }
}

extension SupervisionFixture {
    /// A service that reads from a named pipe, which it holds open for writing too, so that it never sees its end.
    fileprivate func service(shell: String, in fixture: SupervisionFixture) throws -> Service {
        mkfifo(fixture.path("pipe"), 0o600)
        return try fixture.service(shell: shell.replacing("< pipe", with: "<> pipe"))
    }
}
