import Domain
import Foundation
import Judging
import TestSupport
import Testing
import Traffic

@testable import Telemetry

/// What a real HAProxy writes of real requests, and what becomes of it.
@Suite(.timeLimit(.minutes(2))) struct ProxyLogTests {
    private let stable = FedBook.slots.0
    private let candidate = FedBook.slots.1

    @Test func `divided requests are counted where clients were sent, a unit each`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start(share: 3_000)
            defer { running.end() }
            fixture.begin()
            let slots = try await fixture.ask(units: 0..<200) + fixture.ask(units: 200..<250, "-X", "POST")
            let green = slots.count { $0 == "production/s2" }
            #expect(green > 30 && green < 130)
            let seen = try await observations(of: fixture, requests: 250)
            #expect(seen.green == AnswerCounts(requests: green))
            #expect(seen.blue == AnswerCounts(requests: 250 - green))
            #expect(seen.ticks.allSatisfy { $0.share == 0.3 && $0.greenClientsWithErrors == 0 })
            #expect(seen.ticks.reduce(0) { $0 + $1.green.ok } == Double(green))
            #expect(seen.ticks.reduce(0) { $0 + $1.blue.ok } == Double(250 - green))
            #expect(seen.ticks.reduce(0) { $0 + $1.green.times.total } == Double(green))
            #expect(seen.gap == nil)
        }
    }

    @Test func `a client counts anew when it is drawn anew, and each share by itself`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start(share: 5_000)
            defer { running.end() }
            fixture.begin()
            for _ in 0..<4 {
                _ = try await fixture.ask("/", unit: 7)
                _ = try await observations(of: fixture, requests: 1)
            }
            // Its three units are used up.
            _ = try await fixture.ask("/", unit: 7)
            #expect(try await observations(of: fixture, requests: 1).ticks == [])
            try await fixture.proxy.route(fixture.table(share: 5_000, salt: "2.1"))
            _ = try await fixture.ask("/", unit: 7)
            #expect(
                try await observations(of: fixture, requests: 1).ticks.map { $0.green.units + $0.blue.units } == [1])
            try await fixture.proxy.route(fixture.table(share: 9_500, salt: "2.2"))
            _ = try await fixture.ask("/", unit: 7)
            #expect(try await observations(of: fixture, requests: 1).ticks.map(\.share) == [0.95])
        }
    }

    @Test func `every status is counted in its slot as HAProxy counts it`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start(share: 5_000)
            defer { running.end() }
            for status in [200, 204, 301, 404, 429, 500, 503] {
                for slot in try await fixture.ask(units: 0..<10, path: "/status/\(status)") {
                    #expect(slot.hasPrefix("production/s"))
                }
            }
            try await eventually("all lines") { fixture.log.linesReceived == 70 }
            var errors = 0.0
            for slot in [stable, candidate] {
                let counted = try await fixture.proxy.answers(LoggedProxy.production, slot)
                let recent = fixture.log.recent(LoggedProxy.production, slot)
                #expect(Int(recent.units) == counted.requests)
                #expect(Int(recent.bad) == counted.errors)
                errors += recent.bad
            }
            #expect(errors == 20)
        }
    }

    @Test func `a client who leaves in the middle of a request is no error`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start()
            defer { running.end() }
            let port = try #require(URL(string: try await fixture.url(""))?.port)
            let script = """
                import socket
                connection = socket.create_connection(('127.0.0.1', \(port)))
                connection.sendall(b'POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 100\\r\\n\\r\\nbegun')
                """
            _ = try await output(of: "python3", ["-c", script])
            try await eventually("its line") { fixture.log.linesReceived == 1 }
            let recent = fixture.log.recent(LoggedProxy.production, stable)
            #expect(recent == SlotCounts())
            #expect(MetricsText.render(fixture.log.metricFamilies).contains(#"slot="s1",route="POST /""#))
        }
    }

    /// The proxy lets an application answer that nobody waits for any more: what it was worth is known then.
    @Test func `a client who leaves before the answer or during it counts by the answer`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start()
            defer { running.end() }
            for (path, known) in [("/endless", 1), ("/held", 2)] {
                let arguments = ["curl", "-s", "-o", "/dev/null", try await fixture.url(path)]
                let client = try RunningProgram("/usr/bin/env", arguments)
                try await eventually("the request") { try await fixture.blue.requests() == known }
                client.kill()
                try await fixture.blue.letGo()
                try await eventually("its line") { fixture.log.linesReceived == known }
            }
            let recent = fixture.log.recent(LoggedProxy.production, stable)
            #expect((recent.bad, recent.ok) == (0, 2))
            #expect(recent.times.total == 2)
        }
    }

    @Test func `no answer in time is an error and infinitely slow, one that stops in the middle is an error`()
        async throws
    {
        try await LoggedProxy.with(editing: { $0.replacing("timeout server 60s", with: "timeout server 300ms") }) {
            fixture in
            let running = try await fixture.start()
            defer { running.end() }
            try await fixture.ask("/held")
            try await eventually("its line") { fixture.log.linesReceived == 1 }
            #expect(fixture.log.recent(LoggedProxy.production, stable).times.unanswered == 1)
            try await fixture.ask("/begun")
            try await eventually("its line") { fixture.log.linesReceived == 2 }
            let recent = fixture.log.recent(LoggedProxy.production, stable)
            #expect((recent.bad, recent.ok) == (2, 0))
            #expect(recent.times.total == 1)
        }
    }

    @Test func `an application that breaks off, says nothing or is not there makes errors`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start()
            defer { running.end() }
            try await fixture.ask("/broken")
            try await fixture.ask("/mute", "-d", "x")
            fixture.blue.stop()
            try await fixture.ask("/", "-d", "x")
            try await eventually("three lines") { fixture.log.linesReceived == 3 }
            let recent = fixture.log.recent(LoggedProxy.production, stable)
            #expect((recent.bad, recent.ok) == (3, 0))
            #expect(recent.times.unanswered == 2)
        }
    }

    @Test func `probes, maintenance and websockets say nothing of a release`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start()
            defer { running.end() }
            try await fixture.ask("/.switchyard/health")
            try await fixture.ask("/socket", "-H", "connection: upgrade", "-H", "upgrade: websocket")
            var maintained = try fixture.table(share: 0)
            maintained.setMaintenance(true)
            try await fixture.proxy.route(maintained)
            try await fixture.ask("/")
            // The proxy answers the first one itself and writes nothing of it.
            try await eventually("two lines") { fixture.log.linesReceived == 2 }
            #expect(fixture.log.recent(LoggedProxy.production, stable) == SlotCounts())
        }
    }

    @Test func `a kept connection and HTTP/2 have a line for each request`() async throws {
        try await LoggedProxy.with(https: true) { fixture in
            let running = try await fixture.start(share: 5_000)
            defer { running.end() }
            fixture.begin()
            let port = try #require(URL(string: try await fixture.url("", scheme: "https"))?.port)
            let url = "https://production.localhost:\(port)/loads/17"
            let common = [
                "-sk", "--http2", "--resolve", "production.localhost:\(port):127.0.0.1", "-o", "/dev/null", "-w",
                "%{http_version}\n",
            ]
            let requests = (0..<20).flatMap {
                ($0 == 0 ? [] : ["--next"]) + common + ["-b", "switchyard_unit=u\($0)", url]
            }
            #expect(try await output(of: "curl", requests) == String(repeating: "2\n", count: 20))
            let seen = try await observations(of: fixture, requests: 20)
            #expect(seen.ticks.reduce(0) { $0 + $1.green.units + $1.blue.units } == 20)
            let text = MetricsText.render(fixture.log.metricFamilies)
            #expect(text.contains(#"route="GET /loads/:id",code="2xx""#))
            #expect(!text.contains(#"route="other""#))
        }
    }

    @Test func `a line has no query string and no header`() async throws {
        try await LoggedProxy.with { fixture in
            let socket = try LogSocket(heldAt: fixture.folder.telemetryDesk)
            let running = try await fixture.startProxy(share: 5_000)
            defer { running.kill() }
            let arguments = [
                "-s", "-b", "switchyard_unit=hushcookie", "-H", "authorization: Bearer hushtoken", "-u",
                "hushuser:hushword",
                try await fixture.url("/shown/path?token=hushquery"),
            ]
            _ = try await output(of: "curl", arguments)
            var seen = ""
            var connection: LogConnection?
            try await eventually("a line") {
                connection = connection ?? socket.accept()
                if let connection, case .bytes = connection.receive(), let frame = try connection.buffer.next() {
                    seen = String(decoding: frame, as: UTF8.self)
                }
                return !seen.isEmpty
            }
            #expect(seen.hasPrefix("r1 ") && seen.hasSuffix(" GET /shown/path"), "\(seen)")
            #expect(!seen.contains("hush"))
        }
    }

    /// Everything that is seen until so many divided requests were.
    private func observations(of fixture: LoggedProxy, requests: Int) async throws -> UnitObservation {
        var all = UnitObservation()
        try await eventually("\(requests) divided requests") {
            let next = fixture.log.take(LoggedProxy.production)
            all.ticks += next.ticks
            all.green += next.green
            all.blue += next.blue
            all.gap = all.gap ?? next.gap
            return all.green.requests + all.blue.requests >= requests
        }
        return all
    }
}
