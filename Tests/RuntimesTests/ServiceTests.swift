import Domain
import DurableFiles
import Foundation
import Glibc
import Runtimes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ServiceTests {
    @Test func `a killed process is started again and the kill is recorded`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try await fixture.run(fixture.service())
            kill(pid, SIGKILL)
            _ = try await fixture.runningPid("web", not: pid)
            #expect(try await fixture.tree.status("web").recentExits.last?.signal == SIGKILL)
        }
    }

    @Test func `a process whose runsv was killed is replaced, never doubled`() async throws {
        try await SupervisionFixture.use { fixture in
            let old = try #require(ProcessEntry(pid: await fixture.run(fixture.service())))
            kill(old.parent, SIGKILL)
            _ = try await fixture.runningPid("web", not: old.pid)
            _ = try await eventually("the old process is dead") { old.isAlive ? nil : true }
        }
    }

    @Test func `a process that ends at once is started ever later, and a stop ends the wait`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.tree.install(fixture.service(shell: "exit 3"))
            let status = try await eventually("it backs off after three runs") {
                let status = try await fixture.tree.status("web")
                return status.recentExits.count >= 3 && status.state == .backingOff ? status : nil
            }
            #expect(status.recentExits.allSatisfy { $0.code == 3 && $0.signal == nil })
            #expect(status.description.contains("exited with 3"))
            let failures = "supervision/services/web/state/failures"
            #expect(try #require(fixture.text(failures).flatMap { Int($0) }) >= 3)
            try await fixture.tree.stop("web")
            #expect(try await fixture.tree.status("web").state == .down)
            try await fixture.tree.install(fixture.service())
            try await fixture.tree.start("web")
            #expect(fixture.text(failures) == nil)
            _ = try await fixture.runningPid("web")
        }
    }

    @Test func `the pause before a start stays below the longest one`() async throws {
        try await SupervisionFixture.use { fixture in
            for (name, longest, expected) in [("far", nil, 16.0...30.0), ("near", 1, 0.0...1.0)] {
                var service = try fixture.service(name)
                service.longestPauseSeconds = longest
                let pid = try await fixture.run(service)
                let parent = try #require(ProcessEntry(pid: pid)?.parent)
                let failures = fixture.path("supervision/services/\(name)/state/failures")
                try "9\n".write(toFile: failures, atomically: true, encoding: .utf8)
                kill(pid, SIGKILL)
                let pause = try await eventually("it pauses") {
                    ProcessEntry.descendants(of: [parent])
                        .first { $0.program == "sleep" && $0.pid != pid }?.arguments.last.flatMap(Double.init)
                }
                #expect(expected.contains(pause))
            }
        }
    }

    @Test func `a program that does not exist is told by the status`() async throws {
        try await SupervisionFixture.use { fixture in
            let service = try Service(
                name: "web", command: ["/nonexistent/web"], workingDirectory: fixture.folder,
                logFolder: fixture.path("log"))
            try await fixture.tree.install(service)
            let status = try await eventually("it ended") {
                let status = try await fixture.tree.status("web")
                return status.recentExits.isEmpty ? nil : status
            }
            #expect(status.recentExits.last?.code == 111)
            let lines = try await eventually("its log says why") {
                let lines = try await fixture.tree.logLines("web", last: 5)
                return lines.isEmpty ? nil : lines
            }
            #expect(lines.contains { $0.contains("/nonexistent/web") })
        }
    }

    @Test func `a process that ignores SIGTERM is killed after its time`() async throws {
        try await SupervisionFixture.use { fixture in
            let shell = "trap '' TERM; echo ready > ready; while :; do sleep 1; done"
            let pid = try await fixture.run(fixture.service(shell: shell, stopSeconds: 1))
            _ = try await eventually("it ignores SIGTERM") { fixture.text("ready") }
            try await fixture.tree.stop("web")
            #expect(!isAlive(pid))
            let exit = try #require(await fixture.tree.status("web").recentExits.last)
            #expect(exit.signal == SIGKILL)
        }
    }

    @Test(arguments: [
        "sleep 1000 & echo $! > child; wait",
        "(trap '' TERM; echo $(exec sh -c 'echo $PPID') > child; while :; do sleep 1; done) & wait",
    ])
    func `the children of a stopped process end with it`(shell: String) async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.run(fixture.service(shell: shell, stopSeconds: 1))
            let child = try await eventually("it has a child") { fixture.text("child").flatMap { Int32($0) } }
            #expect(isAlive(child))
            try await fixture.tree.stop("web")
            #expect(!isAlive(child))
        }
    }

    @Test(.enabled(if: UnixUser.isRoot && Self.canMakeControlGroups))
    func `a child that made a session of its own ends too where there are control groups`() async throws {
        try await SupervisionFixture.use { fixture in
            let shell = "setsid sh -c 'echo $$ > child; exec sleep 1000' & exec sleep 1000"
            try await fixture.run(fixture.service(shell: shell))
            let child = try await eventually("it has a child") { fixture.text("child").flatMap { Int32($0) } }
            #expect(isAlive(child))
            try await fixture.tree.stop("web")
            _ = try await eventually("the child is gone") { isAlive(child) ? nil : true }
        }
    }

    @Test func `the environment arrives exactly, in no argument and for no other eyes`() async throws {
        try await SupervisionFixture.use { fixture in
            let variables = [
                "DATABASE_URL": "secret-7f3a", "KEY": "first\nsecond\n", "EMPTY": "", "QUOTE": "a'b\"c $HOME",
            ]
            let pid = try await fixture.run(
                fixture.service(shell: "env -0 > seen.new; mv seen.new seen; exec sleep 1000", environment: variables))
            let seen = try await eventually("it wrote its environment") {
                FileManager.default.contents(atPath: fixture.path("seen"))
            }
            let pairs = seen.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let names = ["HOME=\(fixture.folder)", "LANG=C.UTF-8", "PATH=\(Runit.searchPath)"]
            // The shell that the test runs adds PWD.
            let expected = Set(names + variables.map { "\($0.key)=\($0.value)" })
            #expect(Set(pairs.filter { !$0.hasPrefix("PWD=") }) == expected)
            for entry in ProcessEntry.descendants(of: [pid]) {
                #expect(!entry.arguments.joined().contains("secret-7f3a"))
            }
            let folder = fixture.path("supervision/services/web/definition/env")
            let mode = { (path: String) -> Int? in
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try mode(folder) == 0o700)
            #expect(try mode(folder + "/DATABASE_URL") == 0o600)
            #expect(try mode(fixture.path("supervision")) == 0o700)
        }
    }

    @Test(.enabled(if: UnixUser.isRoot))
    func `a service runs as its environment's user, who cannot read its env folder`() async throws {
        let user = try #require(await UnixUser.ensure(environment: EnvironmentName("runtimestest")))
        #expect(user.name == "switchyard-runtimestest")
        try await SupervisionFixture.use { fixture in
            let output = fixture.path("output")
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            try user.own(output)
            let env = fixture.path("supervision/services/web/definition/env/SECRET")
            let shell =
                "{ id -u; cat \(env) || echo refused; } > output/new 2>/dev/null; mv output/new output/seen; sleep 1000"
            try await fixture.run(
                fixture.service(shell: shell, environment: ["SECRET": "hidden"], unixUser: user.name))
            let seen = try await eventually("it looked") { fixture.text("output/seen") }
            #expect(seen == "\(user.userID)\nrefused")
        }
    }

    @Test func `the open-file limit is in force`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try await fixture.run(
                fixture.service(shell: "ulimit -n > files; exec sleep 1000", openFiles: 321))
            #expect(try await eventually("it wrote its limit") { fixture.text("files") } == "321")
            let limits = try #require(await fixture.tree.status("web").limitsInForce)
            #expect(limits.openFiles == 321)
            #expect(limits == LimitsInForce(pid: pid))
        }
    }

    @Test func `a memory limit is in force, or the status says why it is not`() async throws {
        try await SupervisionFixture.use { fixture in
            var service = try fixture.service(shell: "echo up > up; exec sleep 1000")
            service.memoryLimit = 64 << 20
            let pid = try await fixture.run(service)
            // By then its run script has asked the kernel.
            _ = try await eventually("it runs") { fixture.text("up") }
            let kernel = try KernelMemoryLimit(pid: pid)
            let status = try await fixture.tree.status("web")
            #expect(status.limitsInForce?.memory == kernel.bytes)
            if kernel.isGivenToServices {
                #expect(kernel.bytes == 64 << 20)
                #expect(status.memoryLimitObstacle == nil)
            } else {
                #expect(kernel.bytes == nil)
                let obstacle = try #require(status.memoryLimitObstacle)
                #expect(obstacle.contains("no memory controller") == !kernel.hasController || kernel.mount == nil)
                #expect(obstacle.contains("no version 2 control groups") == (kernel.mount == nil))
            }
            // Nobody is told of a limit that was not asked for.
            try await fixture.run(fixture.service("other"))
            #expect(try await fixture.tree.status("other").memoryLimitObstacle == nil)
        }
    }

    @Test func `an identical service is left alone and a changed one waits for its next start`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try await fixture.run(fixture.service(environment: ["A": "1"]))
            try await fixture.tree.install(fixture.service(environment: ["A": "1"]))
            #expect(try await fixture.tree.status("web").pid == pid)
            let shell = "echo $A > seen; exec sleep 1000"
            try await fixture.tree.install(fixture.service(shell: shell, environment: ["A": "2"]))
            #expect(try await fixture.tree.status("web").pid == pid)
            try await fixture.tree.stop("web")
            try await fixture.tree.start("web")
            #expect(try await eventually("the new one ran") { fixture.text("seen") } == "2")
        }
    }

    @Test func `removing a service leaves neither processes nor folders, and its log`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try await fixture.run(fixture.service(shell: "echo hello; exec sleep 1000"))
            _ = try await eventually("it logged") { try await fixture.tree.logLines("web", last: 1).first }
            let parent = try #require(ProcessEntry(pid: pid)?.parent)
            let processes = ProcessEntry.descendants(of: [parent])
            #expect(processes.count == 3)
            try await fixture.tree.remove("web")
            _ = try await eventually("all are gone") { processes.contains { $0.isAlive } ? nil : true }
            #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path("supervision/services")) == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path("supervision/incoming")) == [])
            #expect(FileManager.default.fileExists(atPath: fixture.path("logs-web/current")))
            await #expect(throws: RuntimeFault.notInstalled(service: "web")) { try await fixture.tree.status("web") }
            try await fixture.run(fixture.service())
        }
    }

    @Test(arguments: [
        "", "Web", "a/b", "../up", "-a", ".a", "a b", String(repeating: "a", count: Limits.nameBytes + 1),
    ])
    func `a bad name is refused with a sentence`(name: String) {
        let refusal = #expect(throws: RuntimeFault.self) {
            try Service(name: name, command: ["true"], workingDirectory: "/", logFolder: "/tmp")
        }
        #expect(refusal?.description.contains("its name must be") == true)
    }

    @Test(arguments: [["A=B": "x"], ["": "x"], [".A": "x"], ["A/B": "x"], ["A": "x "], ["A": "x\0y"]])
    func `a variable that would not arrive as it is is refused`(environment: [String: String]) {
        #expect(throws: RuntimeFault.self) {
            try Service(
                name: "web", command: ["true"], environment: environment, workingDirectory: "/", logFolder: "/tmp")
        }
    }

    private static var canMakeControlGroups: Bool {
        ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].contains { access("\($0)/cgroup.procs", W_OK) == 0 }
    }
}
