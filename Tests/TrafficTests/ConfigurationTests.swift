import Domain
import Foundation
import TestSupport
import Testing

@testable import Traffic

@Suite(.timeLimit(.minutes(2))) struct ConfigurationTests {
    @Test func `the configuration is rendered as the golden file says`() throws {
        let folder = try HAProxyFolder("/var/lib/switchyard/haproxy")
        let configuration = HAProxyConfiguration(
            folder: folder, http: ListenAddress(host: "0.0.0.0", port: 80),
            secure: .init(
                address: ListenAddress(host: "::", port: 443), certificates: folder.certificates, redirects: true,
                hstsSeconds: 3_600),
            maxConnections: 1_000, user: "haproxy",
            environments: ["production", "staging"].map { name in
                .init(
                    name: EnvironmentName(unchecked: name),
                    slots: [.init(name: SlotName(number: 1), ports: [4_711, nil])])
            }, digest: "digest")
        let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/haproxy.cfg")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try configuration.text.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(try configuration.text == String(contentsOf: golden, encoding: .utf8))
    }

    @Test func `a folder is refused when its socket's path is too long or its name could be misread`() {
        #expect(throws: TrafficError.self) { try HAProxyFolder("/tmp/" + String(repeating: "a", count: 90)) }
        #expect(throws: TrafficError.self) { try HAProxyFolder("/tmp/a b") }
        #expect(throws: TrafficError.self) { try HAProxyFolder("relative") }
    }

    @Test func `the same configuration is not written again and needs no reload, a new slot does`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue")
            let table = try fixture.table(blue, nil)
            #expect(try await !fixture.proxy.configure(tables: [table]))
            let running = try await fixture.start()
            defer { running.kill() }
            let port = await fixture.proxy.httpPort
            #expect(try await !fixture.proxy.configure(tables: [table]))
            #expect(try await !fixture.proxy.hasOtherConfiguration())
            #expect(try await fixture.proxy.configure(tables: [table.resized(to: 6)]))
            #expect(try await fixture.proxy.hasOtherConfiguration())
            try await fixture.proxy.reload()
            #expect(try await !fixture.proxy.hasOtherConfiguration())
            #expect(try await !fixture.proxy.configure(tables: [table.resized(to: 6)]))
            #expect(await fixture.proxy.httpPort == port)
        }
    }

    @Test func `addresses are placed without a reload and survive one`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            let both = try fixture.table(blue, green, share: 10_000)
            #expect(try await fixture.proxy.place(both) == PlaceResult(workers: 1, undurable: nil))
            try await fixture.proxy.route(both)
            for arguments in [[], ["-d", "x"]] {
                #expect(Answer(try await fixture.curl(arguments)).slot == "production/s2")
            }
            #expect(try await !fixture.proxy.configure(tables: [both]))
            try await fixture.proxy.reload()
            for arguments in [[], ["-d", "x"]] {
                #expect(Answer(try await fixture.curl(arguments)).slot == "production/s2")
            }
            #expect(try await fixture.proxy.drift() == [])
            let candidate = SlotName(number: 2)
            try await eventually("a healthy candidate") {
                try await fixture.proxy.healthyServers(fixture.production, candidate) == 1
            }
            var emptied = both
            emptied.vacate(candidate)
            try await fixture.proxy.place(emptied)
            #expect(try await fixture.proxy.healthyServers(fixture.production, candidate) == 0)
        }
    }

    @Test func `addresses with which HAProxy would not start are refused and change nothing`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue")
            let before = try fixture.table(blue, nil)
            _ = try await fixture.proxy.configure(tables: [before])
            let running = try await fixture.start()
            defer { running.kill() }
            let written = FileManager.default.contents(atPath: fixture.folder.configuration)
            var wrong = before
            let slot = try wrong.claim(for: fixture.release(2), deployment: DeploymentID(2))
            try wrong.assign(ports: [70_000], to: slot)
            await #expect(throws: TrafficError.self) { try await fixture.proxy.place(wrong) }
            #expect(FileManager.default.contents(atPath: fixture.folder.configuration) == written)
            try await fixture.proxy.route(before)
            #expect(try await fixture.get().slot == "production/s1")
        }
    }

    @Test func `an edit by hand and a split changed behind its back are told`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            #expect(try await fixture.proxy.drift() == [])
            let text = try String(contentsOfFile: fixture.folder.configuration, encoding: .utf8)
            try text.replacing("timeout connect 2s", with: "timeout connect 9s")
                .write(toFile: fixture.folder.configuration, atomically: true, encoding: .utf8)
            let edited = try await fixture.proxy.drift()
            #expect(edited.count == 1)
            #expect(edited.first?.contains("haproxy.cfg:") == true)
            #expect(edited.first?.contains("timeout connect 9s") == true)
            let worker = try #require(try await fixture.proxy.processes().workers.first).process
            _ = try await RuntimeSocket(path: fixture.folder.masterSocket).exchange(
                "@!\(worker) set map \(fixture.folder.splitMap) production 7:x:s1:s2")
            #expect(try await fixture.proxy.drift().contains { $0.contains("7:x:s1:s2") })
        }
    }

    @Test func `a configuration that HAProxy refuses never replaces the good one`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue")
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let good = try String(contentsOfFile: fixture.folder.configuration, encoding: .utf8)
            try "nonsense".write(
                toFile: "\(fixture.folder.certificates)/broken.pem", atomically: true, encoding: .utf8)
            let settings = TrafficSettings(https: "127.0.0.1:0", maxConnections: 500)
            let bad = try await HAProxy(
                folder: fixture.folder, settings: settings, environments: fixture.proxy.definitions)
            let error = try await #require(throws: TrafficError.self) { _ = try await bad.configure(tables: []) }
            #expect(error.description.contains("broken.pem"))
            #expect(try String(contentsOfFile: fixture.folder.configuration, encoding: .utf8) == good)
        }
    }

    @Test func `a reload that fails keeps the old worker and says why`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue")
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            try "global\n    nonsense\n".write(
                toFile: fixture.folder.configuration, atomically: true, encoding: .utf8)
            let error = try await #require(throws: TrafficError.self) { try await fixture.proxy.reload() }
            #expect(error.description.contains("nonsense"))
            #expect(try await fixture.get().slot == "production/s1")
        }
    }

    @Test(.enabled(if: getuid() == 0, "mounting a small disk needs root"))
    func `a flip works on a full disk`() async throws {
        try await withTemporaryFolder { disk in
            #expect(try await output(of: "mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).isEmpty)
            do {
                try await ProxyFixture.with(in: disk) { fixture in
                    let (blue, green) = (try await Backend("blue"), try await Backend("green"))
                    _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
                    let running = try await fixture.start()
                    defer { running.kill() }
                    _ = try await output(of: "dd", ["if=/dev/zero", "of=\(disk)/filler", "bs=4096"])
                    #expect(!FileManager.default.createFile(atPath: "\(disk)/more", contents: Data(count: 8_192)))
                    let both = try fixture.table(blue, green, share: 10_000)
                    let placed = try await fixture.proxy.place(both)
                    #expect(placed.workers == 1)
                    #expect(placed.undurable != nil)
                    #expect(try await fixture.proxy.route(both).workers == 1)
                    #expect(try await fixture.get().slot == "production/s2")
                    let map = try String(contentsOfFile: fixture.folder.splitMap, encoding: .utf8)
                    #expect(map.hasPrefix("production 10000:salt:s1:s2\n"))
                }
            } catch {
                _ = try await output(of: "umount", [disk])
                throw error
            }
            _ = try await output(of: "umount", [disk])
        }
    }
}
