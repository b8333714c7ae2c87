import Domain
import Foundation
import TestSupport
import Testing

@testable import Traffic

/// Which slot a request is sent to.
@Suite(.timeLimit(.minutes(2))) struct RoutingTests {
    @Test func `a flip moves every new request, forward and back`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green)])
            let running = try await fixture.start()
            defer { running.kill() }
            for share in [0, 10_000, 0] {
                let result = try await fixture.proxy.route(try fixture.table(blue, green, share: share))
                #expect(result.workers == 1)
                for arguments in [[], ["-d", "x"]] {
                    let answer = Answer(try await fixture.curl(arguments))
                    #expect(answer.status == 200)
                    #expect(answer.slot == (share == 0 ? "production/s1" : "production/s2"))
                }
            }
        }
    }

    @Test func `an older state of the table that arrives late undoes nothing`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            let older = try fixture.table(blue, green, share: 10_000)
            _ = try await fixture.proxy.configure(tables: [older])
            let running = try await fixture.start()
            defer { running.kill() }
            var newer = older
            try newer.rollBack(to: nil, at: Date(timeIntervalSince1970: 1))
            try await fixture.proxy.route(newer)
            try await fixture.proxy.place(older)
            try await fixture.proxy.route(older)
            try await fixture.proxy.routeAgain()
            #expect(try await fixture.get().slot == "production/s1")
            #expect(try await fixture.proxy.drift() == [])
        }
    }

    @Test func `a part of the clients goes to the candidate and every client stays where it is`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green, share: 5_000)])
            let running = try await fixture.start()
            defer { running.kill() }
            let first = try await fixture.slots(ofUnits: 0..<200)
            let second = try await fixture.slots(ofUnits: 0..<200)
            #expect(first == second)
            #expect(Set(first) == ["production/s1", "production/s2"])
            try await fixture.proxy.route(try fixture.table(blue, green, share: 5_000, salt: "another"))
            #expect(try await fixture.slots(ofUnits: 0..<200) != first)
            try await fixture.proxy.route(try fixture.table(blue, green, share: 500))
            let few = try await fixture.slots(ofUnits: 0..<200)
            // The same salt: who is among the few was among the many.
            for (slot, before) in zip(few, first) where slot == "production/s2" { #expect(before == slot) }
            #expect(few.contains("production/s1"))
        }
    }

    @Test func `a newcomer gets a cookie and the application gets the client's address from the proxy`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue")
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            let answer = try await fixture.get("-H", "x-forwarded-for: 6.6.6.6", "-H", "x-forwarded-host: evil")
            let cookie = try #require(answer.headers["set-cookie"])
            #expect(cookie.contains(/^switchyard_unit=[0-9a-f-]{36}; Path=\/; HttpOnly; SameSite=Lax$/))
            #expect(answer.body.contains(#""x-forwarded-for": "127.0.0.1""#))
            #expect(answer.body.contains(#""x-forwarded-proto": "http""#))
            #expect(!answer.body.contains("evil"))
            #expect(try await fixture.get("-b", "switchyard_unit=a").headers["set-cookie"] == nil)
            #expect(try await fixture.get("-H", "authorization: Bearer a").headers["set-cookie"] == nil)
        }
    }

    @Test func `a candidate without servers leaves its share to the stable slot`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, green, share: 10_000)])
            let running = try await fixture.start()
            defer { running.kill() }
            #expect(try await fixture.get().slot == "production/s2")
            green.stop()
            // One failed check makes a server no longer healthy, the second one takes it out of service.
            try await eventually("the stable slot") { try await fixture.get().slot == "production/s1" }
            #expect(try await fixture.proxy.healthyServers(fixture.production, SlotName(number: 2)) == 0)
            blue.stop()
            try await eventually("nothing up") { try await fixture.get().status == 503 }
            #expect(try await fixture.get().slot == nil)
        }
    }

    @Test func `the maintenance page stands in front of everything but the proxy's own health`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue")
            var table = try fixture.table(blue, nil)
            _ = try await fixture.proxy.configure(tables: [table])
            let running = try await fixture.start()
            defer { running.kill() }
            table.setMaintenance(true)
            try await fixture.proxy.route(table)
            let answer = try await fixture.get()
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "120")
            #expect(answer.body.contains("Under maintenance"))
            #expect(answer.slot == nil)
            #expect(try await fixture.get(path: HAProxyConfiguration.healthPath).status == 200)
            table.setMaintenance(false)
            try await fixture.proxy.route(table)
            #expect(try await fixture.get().status == 200)
        }
    }

    @Test func `a host finds its environment, an unknown one finds none`() async throws {
        let environments = ["production", "staging"].map {
            EnvironmentDefinition(name: EnvironmentName(unchecked: $0), domains: ["\($0).localhost"])
        }
        try await ProxyFixture.with(environments: environments) { fixture in
            let blue = try await Backend("blue")
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            #expect(try await fixture.get().slot == "production/s1")
            #expect(try await fixture.get("-H", "host: PRODUCTION.localhost").slot == "production/s1")
            let empty = try await fixture.get("-H", "host: staging.localhost")
            #expect(empty.status == 503)
            #expect(empty.body.contains("No release yet"))
            let unknown = try await fixture.get("-H", "host: elsewhere.example")
            #expect(unknown.status == 404)
            #expect(unknown.body.contains("Unknown host"))
        }
    }
}
