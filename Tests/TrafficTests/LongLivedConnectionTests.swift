import Domain
import Foundation
import TestSupport
import Testing

@testable import Traffic

/// Websockets and event streams while their slot is left by all others.
@Suite(.timeLimit(.minutes(2))) struct LongLivedConnectionTests {
    private let old = SlotName(number: 1)

    @Test func `a stream stays on the old slot after a flip until it is closed`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            var streams: [TestProcess] = []
            for _ in 0..<3 { streams.append(try await fixture.openEventStream()) }
            try await eventually("the streams") { try await fixture.inFlight(old) == InFlight(longLived: 3) }
            try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000))
            #expect(try await fixture.get().slot == "production/s2")
            #expect(try await fixture.inFlight(old) == InFlight(longLived: 3))
            let closed = try await fixture.proxy.closeLongConnections(
                environment: fixture.production, slot: old, over: .milliseconds(200))
            #expect(closed == 3)
            try await eventually("the streams closed") { !streams.contains(where: \.isRunning) }
            #expect(try await fixture.inFlight(old) == InFlight())
        }
    }

    @Test func `streams are not closed all at once`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            var streams: [TestProcess] = []
            for _ in 0..<3 { streams.append(try await fixture.openEventStream()) }
            try await eventually("the streams") { try await fixture.inFlight(old) == InFlight(longLived: 3) }
            // Spread so wide that the second one's turn does not come in this test.
            let closing = Task { [proxy = fixture.proxy, environment = fixture.production, old] in
                try await proxy.closeLongConnections(environment: environment, slot: old, over: .seconds(86_400))
            }
            try await eventually("the first stream closed") { streams.contains { !$0.isRunning } }
            closing.cancel()
            await #expect(throws: CancellationError.self) { try await closing.value }
            #expect(try await fixture.inFlight(old) == InFlight(longLived: 2))
            #expect(streams.filter(\.isRunning).count == 2)
            #expect(
                try await fixture.proxy.closeLongConnections(
                    environment: fixture.production, slot: old, over: .zero) == 2)
            try await eventually("all closed") { !streams.contains(where: \.isRunning) }
        }
    }

    @Test func `a websocket stays open through a flip and a reload until it is closed`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            let client = try await fixture.openWebsocket()
            try await eventually("the websocket") { try await fixture.inFlight(old) == InFlight(longLived: 1) }
            try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000))
            try await fixture.proxy.reload()
            #expect(try await fixture.get().slot == "production/s2")
            #expect(client.isRunning)
            let closed = try await fixture.proxy.closeLongConnections(
                environment: fixture.production, slot: old, over: .zero)
            #expect(closed == 1)
            try await eventually("the websocket closed") { !client.isRunning }
        }
    }

    @Test func `requests are told from what lasts, on an old worker and on the new one`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            let before = [try await fixture.openEventStream(), try await fixture.openWebsocket()]
            let slow = try await fixture.openHeldRequest()
            try await eventually("three open") {
                try await fixture.inFlight(old) == InFlight(requests: 1, longLived: 2)
            }
            try await fixture.proxy.reload()
            let after = [try await fixture.openEventStream("-X", "POST"), try await fixture.openWebsocket()]
            try await eventually("two more, on the new worker") {
                try await fixture.inFlight(old) == InFlight(requests: 1, longLived: 4)
            }
            try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000))
            try await blue.letGo()
            try await eventually("the old slot drained") {
                try await fixture.inFlight(old) == InFlight(longLived: 4)
            }
            try await eventually("the end of the request") { !slow.isRunning }
            #expect(slow.exitStatus == 0)
            #expect(try await fixture.proxy.processes().workers.count == 2)
            for client in before + after { #expect(client.isRunning) }
            #expect(try await fixture.inFlight(SlotName(number: 2)) == InFlight())
        }
    }
}
