import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// Workers, singletons and the accounts that a release's processes run under.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProcessTests {
    @Test func `workers change hands at commit, and a singleton never runs twice`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "3s"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version, hasBackgroundProcesses: true))
            }
            try await switchyard.deploy("1.0.0")
            try await waitFor("works", by: "1.0.0", of: "worker", in: switchyard)
            #expect(BackgroundLog("worker", of: switchyard).lines.allSatisfy { $0.release == "1.0.0" })

            let second = try await switchyard.client.deploy(.init(release: "1.1.0"), to: .production)
            try await switchyard.waitForBoundary("intent:bake", of: second.id)
            try await waitFor("works", by: "1.1.0", of: "worker", in: switchyard)
            #expect(try await switchyard.waitForEnd(of: second.id).deployment.outcome == .committed)
            try await waitFor("ends", by: "1.0.0", of: "worker", in: switchyard)

            try await switchyard.rollBack()
            try await waitFor("ends", by: "1.1.0", of: "worker", in: switchyard)
            try await eventually(within: .seconds(30), "the singleton of the release before") {
                BackgroundLog("clock", of: switchyard).lines.last?.release == "1.0.0"
            }
            BackgroundLog("clock", of: switchyard).expectOneAtATime()
            let releases = BackgroundLog("clock", of: switchyard).lines.filter { $0.verb == "begins" }.map(\.release)
            #expect(releases == ["1.0.0", "1.1.0", "1.0.0"])
        }
    }

    @Test func `status tells of a memory limit that the kernel does not enforce`() async throws {
        try await SwitchyardFixture.use { switchyard in
            var release = ExampleRelease("1.0.0")
            release.webMemoryLimit = "512MiB"
            try await switchyard.add(release)
            try await switchyard.deploy("1.0.0")
            let process = try #require(try await switchyard.report().slots.flatMap(\.processes).first)
            let kernel = try KernelMemoryLimit(pid: Int32(#require(process.pid)))
            let status = try await switchyard.cli(["status"])
            #expect(status.status == 0, "a limit that this machine cannot give is no fault of the release")
            let tells = status.output.contains("web.1: memory_limit is not enforced, because")
            #expect(tells == (kernel.bytes != 512 << 20), "\(status.output)")
            #expect((process.warning != nil) == tells)
        }
    }

    @Test(.enabled(if: getuid() == 0, "accounts are made by root only"))
    func `each environment runs under an account of its own that reads no state of Switchyard`() async throws {
        let environments = [FixtureEnvironment("production"), FixtureEnvironment("staging")]
        try await SwitchyardFixture.use(environments) { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            var owners: [uid_t] = []
            for environment in environments {
                try await switchyard.deploy("1.0.0", to: environment.name)
                let processes = try await switchyard.report(on: environment.name).slots.flatMap(\.processes)
                let pid = try #require(processes.first?.pid)
                var status = stat()
                try #require(stat("/proc/\(pid)", &status) == 0)
                owners.append(status.st_uid)
            }
            #expect(Set(owners).count == 2 && !owners.contains(0), "\(owners)")
            for name in ["token", "switchyard.sqlite", "artifacts", "secrets", "supervisor", "slots"] {
                var status = stat()
                try #require(stat("\(switchyard.state)/\(name)", &status) == 0)
                #expect(status.st_uid == 0)
                #expect(status.st_mode & 0o077 == 0, "\(name) is for nobody else: \(String(status.st_mode, radix: 8))")
            }
        }
    }

    @Test(.enabled(if: OrdinaryAccount.nobody != nil, "only root can be somebody else"))
    func `without root everything works under the account that started it`() async throws {
        let account = try #require(OrdinaryAccount.nobody)
        let environment = FixtureEnvironment(database: "embedded")
        let migrations = ["20250101000000_first": "CREATE TABLE ledger (n int);"]
        try await SwitchyardFixture.use([environment], as: account) { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0", hasBackgroundProcesses: true, migrations: migrations))
            try await switchyard.add(ExampleRelease("1.1.0", hasBackgroundProcesses: true, migrations: migrations))
            for version in ["1.0.0", "1.1.0"] {
                let deployed = try await switchyard.cli(["deploy", version])
                #expect(deployed.status == 0, "\(deployed.output) \(deployed.error)")
                #expect(try await switchyard.servingVersions() == [version])
            }
            let pids = try await switchyard.report().slots.flatMap(\.processes).compactMap(\.pid)
            #expect(pids.count >= 4, "web of both releases, worker and singleton of the serving one")
            for pid in pids + [Int(try #require(switchyard.controlPlanePid))] {
                var status = stat()
                try #require(stat("/proc/\(pid)", &status) == 0)
                #expect(status.st_uid == account.userID)
            }
            let back = try await switchyard.cli(["rollback"])
            #expect(back.status == 0, "\(back.output) \(back.error)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            #expect(try await switchyard.cli(["status"]).status == 0)
        }
    }

    private func waitFor(
        _ verb: String, by release: String, of process: String, in switchyard: SwitchyardFixture
    ) async throws {
        try await eventually(within: .seconds(30), "\(release)'s \(process) \(verb)") {
            BackgroundLog(process, of: switchyard).lines.contains { $0.release == release && $0.verb == verb }
        }
    }
}
