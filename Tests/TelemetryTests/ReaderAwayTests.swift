import Domain
import Foundation
import TestSupport
import Testing
import Traffic

@testable import Telemetry

/// Readers and proxies that go and come back: nothing is lost unseen.
@Suite(.timeLimit(.minutes(2))) struct ReaderAwayTests {
    @Test func `the proxy serves without a reader, and its lines wait for one`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.startProxy()
            defer { running.kill() }
            let slots = try await fixture.ask(units: 0..<50)
            #expect(slots == [String](repeating: "production/s1", count: 50))
            let reader = try await fixture.startReader()
            try await eventually("all lines") { fixture.log.linesReceived == 50 }
            try await reader.stop()
        }
    }

    @Test func `no line is lost while the reader is away, as the proxy's own counts show`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start(share: 5_000)
            defer { running.end() }
            _ = try await fixture.ask(units: 0..<100)
            try await running.reader.stop()
            for _ in 0..<2 {
                _ = try await fixture.ask(units: 100..<400)
                let next = try await fixture.startReader()
                let requests = try await fixture.requests()
                try await eventually("as many lines as requests") { fixture.log.linesReceived == requests }
                try await next.stop()
            }
            #expect(try await fixture.requests() == 700)
            #expect(fixture.log.linesLost == 0)
        }
    }

    @Test func `no line is lost by readers that come and go amid the requests`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.startProxy()
            defer { running.kill() }
            async let slots = fixture.ask(units: 0..<3_000)
            for turn in 1...3 {
                let reader = try await fixture.startReader()
                try await eventually("lines") { fixture.log.linesReceived > turn * 100 }
                try await reader.stop()
            }
            #expect(try await slots.count == 3_000)
            let last = try await fixture.startReader()
            try await eventually("as many lines as requests") { fixture.log.linesReceived >= 3_000 }
            #expect(fixture.log.linesLost == 0)
            try await last.stop()
        }
    }

    @Test func `while nobody reads, the proxy stays connected and does not ask again`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.startProxy()
            defer { running.kill() }
            _ = try await fixture.ask(units: 0..<10)
            let socket = try LogSocket(heldAt: fixture.folder.telemetryDesk)
            var connection: LogConnection?
            try await eventually("the proxy's connection") {
                connection = socket.accept()
                return connection != nil
            }
            let waiting = try #require(connection)
            try await eventually("the first lines") { if case .bytes = waiting.receive() { true } else { false } }
            _ = try await fixture.ask(units: 0..<10)
            try await eventually("the next lines") { if case .bytes = waiting.receive() { true } else { false } }
            #expect(socket.accept() == nil)
        }
    }

    @Test func `a holder that ends ends its reader, and another one takes its place`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.startProxy()
            defer { running.kill() }
            let reader = try await fixture.startReader()
            _ = try await fixture.ask(units: 0..<20)
            try await eventually("the first lines") { fixture.log.linesReceived == 20 }
            fixture.holder.end()
            try await reader.end()
            let another = try LoggedProxy.holder(of: fixture.folder)
            defer { another.end() }
            let next = try await fixture.startReader()
            _ = try await fixture.ask(units: 0..<20)
            try await eventually("all lines") { fixture.log.linesReceived == 40 }
            try await next.stop()
        }
    }

    @Test func `lines beyond the ring's size are lost, and counted`() async throws {
        let small: @Sendable (String) -> String = { $0.replacing(/size \d{5,}/, with: "size 16384") }
        try await LoggedProxy.with(editing: small) { fixture in
            let running = try await fixture.start()
            defer { running.end() }
            _ = try await fixture.ask(units: 0..<10)
            try await running.reader.stop()
            _ = try await fixture.ask(units: 10..<2_000)
            fixture.begin()
            let next = try await fixture.startReader()
            defer { next.cancel() }
            try await eventually("a connection") { fixture.log.connections == 1 }
            // Those that come now have numbers that show what is missing before them.
            try await eventually("losses") {
                _ = try await fixture.ask(units: 0..<1)
                return fixture.log.linesLost > 0
            }
            try await eventually("every request as a line or a loss") {
                let requests = try await fixture.requests()
                return fixture.log.linesReceived + fixture.log.linesLost == requests
            }
            #expect(fixture.log.linesLost > 500)
            #expect(fixture.log.take(LoggedProxy.production).gap?.contains("were lost") == true)
        }
    }

    @Test func `a proxy that is killed is a gap until it is back`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start(share: 5_000)
            defer { running.end() }
            fixture.begin()
            #expect(fixture.log.take(LoggedProxy.production).gap == nil)
            running.proxy.kill()
            try await eventually("no connection") { fixture.log.connections == 0 }
            #expect(fixture.log.take(LoggedProxy.production).gap?.contains("is not connected") == true)
            let again = try await fixture.startProxy(share: 5_000)
            defer { again.kill() }
            try await eventually("a connection") { fixture.log.connections == 1 }
            #expect(fixture.log.take(LoggedProxy.production).gap?.contains("was not connected") == true)
            _ = try await fixture.ask(units: 0..<10)
            try await eventually("the lines of the new one") { fixture.log.linesReceived == 10 }
            #expect(fixture.log.take(LoggedProxy.production).gap == nil)
        }
    }

    @Test func `a reload is a gap, and the new worker's lines are read`() async throws {
        try await LoggedProxy.with { fixture in
            let running = try await fixture.start(share: 5_000)
            defer { running.end() }
            fixture.begin()
            let held = try RunningProgram("/usr/bin/env", ["curl", "-s", try await fixture.url("/held")])
            defer { held.kill() }
            try await eventually("a request under way") {
                try await fixture.blue.requests() + fixture.green.requests() == 1
            }
            try await fixture.proxy.reload()
            try await eventually("a gap") { fixture.log.take(LoggedProxy.production).gap != nil }
            try await eventually("the new worker's connection") { fixture.log.connections >= 1 }
            _ = try await fixture.ask(units: 0..<10)
            try await eventually("the lines of the new worker") { fixture.log.linesReceived >= 10 }
            try await fixture.blue.letGo()
            try await fixture.green.letGo()
            try await eventually("the end of the old request") { !held.isRunning }
        }
    }
}
