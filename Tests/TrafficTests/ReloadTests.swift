import Domain
import Foundation
import TestSupport
import Testing

@testable import Traffic

/// Splits outlive the workers that carry them out.
@Suite(.timeLimit(.minutes(2))) struct ReloadTests {
    @Test func `a flip during a reload reaches the old worker and the new one`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            let stream = try await fixture.openEventStream()
            defer { stream.kill() }
            try await eventually("a stream") { try await fixture.inFlight(SlotName(number: 1)).total == 1 }
            async let reload: Void = fixture.proxy.reload()
            try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000))
            try await reload
            // The stream keeps the old worker.
            let result = try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000, salt: "b"))
            #expect(result.workers == 2)
            #expect(try await fixture.get().slot == "production/s2")
            #expect(try await fixture.proxy.drift() == [])
            #expect(try await fixture.inFlight(SlotName(number: 1)).total == 1)
        }
    }

    @Test func `what was flipped while HAProxy was down or before it was killed holds when it starts`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            #expect(try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000)).workers == 0)
            let first = try await fixture.start()
            #expect(try await fixture.get().slot == "production/s2")
            try await fixture.proxy.route(try fixture.table(blue, green, share: 5_000))
            let before = try await fixture.slots(ofUnits: 0..<50)
            first.kill()
            try await eventually("the port free") { (try? await fixture.proxy.listenAddresses().requireFree()) != nil }
            let second = try await fixture.start()
            defer { second.kill() }
            #expect(try await fixture.slots(ofUnits: 0..<50) == before)
        }
    }

    @Test func `a connection that an old worker still keeps follows a flip to the candidate`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            let flipped = "\(fixture.folder.path)/flipped"
            let script = """
                import http.client, os, time
                connection = http.client.HTTPConnection('127.0.0.1', \(try #require(await fixture.proxy.httpPort)))
                def ask():
                    connection.request('GET', '/')
                    answer = connection.getresponse()
                    answer.read()
                    print(answer.getheader('x-switchyard-slot'), end=' ')
                ask()
                deadline = time.monotonic() + 20
                while not os.path.exists('\(flipped)') and time.monotonic() < deadline: time.sleep(0.02)
                ask()
                """
            async let slots = output(of: "python3", ["-c", script])
            let old = SlotName(number: 1)
            try await eventually("the first request") {
                try await fixture.proxy.total("req_tot", of: old, in: fixture.production) == 1
            }
            try await fixture.proxy.reload()
            let result = try await fixture.proxy.route(try fixture.table(blue, green, share: 10_000))
            #expect(result.workers == 2)
            #expect(FileManager.default.createFile(atPath: flipped, contents: nil))
            #expect(try await slots == "production/s1 production/s2 ")
        }
    }
}
