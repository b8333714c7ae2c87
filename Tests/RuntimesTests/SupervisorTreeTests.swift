import Domain
import Foundation
import Glibc
import Runtimes
import Subprocess
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SupervisorTreeTests {
    @Test func `a second start attaches to the tree that runs`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try await fixture.run(fixture.service())
            let second = SupervisorTree(folder: fixture.folder + "/supervision")
            try await second.start()
            #expect(try await second.status("web").pid == pid)
            try FileManager.default.createSymbolicLink(
                atPath: fixture.path("link"), withDestinationPath: fixture.path("supervision"))
            try await SupervisorTree(folder: fixture.path("link")).start()
            #expect(supervisors(of: fixture).count == 1)
        }
    }

    @Test func `starts at the same time make one tree`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.tree.stop()
            #expect(await !fixture.tree.isRunning())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await SupervisorTree(folder: fixture.folder + "/supervision").start() }
                }
                try await group.waitForAll()
            }
            #expect(supervisors(of: fixture).count == 1)
        }
    }

    @Test func `the supervisor has a session, no descriptor and no folder of its starter`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try #require(supervisors(of: fixture).first).pid
            #expect(getsid(pid) == pid)
            #expect(getsid(pid) != getsid(0))
            let manager = FileManager.default
            // It visits its services' folder for each look at them.
            _ = try await eventually("it is back in /") {
                try manager.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd") == "/" ? true : nil
            }
            let descriptors = try manager.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap { name in
                try? manager.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)")
            }
            #expect(
                descriptors.allSatisfy { $0 == "/dev/null" || $0.hasPrefix("pipe:") || $0 == "/" }, "\(descriptors)")
        }
    }

    @Test func `the tree outlives its starter, killed with its whole process group`() async throws {
        let folder = NSTemporaryDirectory() + "switchyard-runtimes-starter-\(getpid())"
        let supervision = folder + "/supervision"
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [folder = folder as String, supervision = supervision as String] in
            setpgid(0, 0)
            let tree = SupervisorTree(folder: supervision)
            try await tree.start()
            let command = ["/bin/sleep", "1000"]
            try await tree.install(
                Service(name: "web", command: command, workingDirectory: "/", logFolder: folder + "/log"))
            try await tree.start("web")
            kill(-getpid(), SIGKILL)
        }
        let tree = SupervisorTree(folder: supervision)
        #expect(await tree.isRunning())
        let pid = try await tree.status("web").pid
        #expect(pid.map(isAlive) == true)
        try await tree.stop(deadline: .seconds(5))
        #expect(pid.map(isAlive) == false)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `a tree that was killed whole comes back with what was up and without what was down`() async throws {
        try await SupervisionFixture.use { fixture in
            let old = try await fixture.run(fixture.service("up"))
            try await fixture.run(fixture.service("stopped"))
            try await fixture.tree.stop("stopped")
            try await fixture.tree.install(fixture.service("started", startsAtBoot: false))
            #expect(try await fixture.tree.status("started").state == .down)
            try await fixture.tree.start("started")
            let supervisor = try #require(supervisors(of: fixture).first).pid
            let processes = ProcessEntry.descendants(of: [supervisor])
            #expect(processes.contains { $0.pid == old })
            for entry in processes { kill(entry.pid, SIGKILL) }
            _ = try await eventually("all are dead") { processes.contains { $0.isAlive } ? nil : true }

            try await fixture.tree.start()
            #expect(try await fixture.runningPid("up") != old)
            _ = try await fixture.runningPid("started")
            #expect(try await fixture.tree.status("stopped").state == .down)
        }
    }

    @Test func `a new supervisor leaves alone what runs under a runsv that lost its own`() async throws {
        try await SupervisionFixture.use { fixture in
            let pid = try await fixture.run(fixture.service())
            let old = try #require(supervisors(of: fixture).first)
            kill(old.pid, SIGKILL)
            _ = try await eventually("the supervisor is dead") { old.isAlive ? nil : true }
            try await fixture.tree.start()
            #expect(try await fixture.tree.status("web").pid == pid)
            #expect(isAlive(pid))
            try await fixture.tree.stop("web")
            #expect(!isAlive(pid))
        }
    }

    @Test func `stopping the tree leaves no process, not even one that ignores SIGTERM`() async throws {
        try await SupervisionFixture.use { fixture in
            try await fixture.run(fixture.service("polite"))
            let stubborn = "trap '' TERM; echo $$ > stubborn; while :; do sleep 1; done"
            try await fixture.run(fixture.service("stubborn", shell: stubborn))
            _ = try await eventually("it ignores SIGTERM") { fixture.text("stubborn") }
            let supervisor = try #require(supervisors(of: fixture).first).pid
            let processes = ProcessEntry.descendants(of: [supervisor])
            try await fixture.tree.stop(deadline: .milliseconds(300))
            #expect(processes.filter(\.isAlive) == [])
            #expect(await !fixture.tree.isRunning())
        }
    }

    @Test func `a path that is too long is refused with a sentence`() async throws {
        let tree = SupervisorTree(folder: "/tmp/" + String(repeating: "a/", count: 1_100))
        let refusal = await #expect(throws: RuntimeFault.self) { try await tree.start() }
        #expect(refusal?.description.contains("choose a shorter state folder") == true)
    }

    @Test func `missing programs are named with their Debian package`() {
        let refusal = #expect(throws: RuntimeFault.self) { try Runit(searchPath: "/nonexistent") }
        #expect(refusal?.description.contains("apt-get install runit") == true)
    }

    private func supervisors(of fixture: SupervisionFixture) -> [ProcessEntry] {
        ProcessEntry.all().filter { entry in
            entry.program == "runsvdir" && entry.isAlive
                && entry.arguments.contains("\(fixture.folder)/supervision/services")
        }
    }
}
