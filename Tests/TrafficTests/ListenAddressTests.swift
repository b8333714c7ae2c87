import Domain
import Foundation
import Testing

@testable import Traffic

/// Where users come in.
@Suite(.timeLimit(.minutes(2))) struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8_080, "127.0.0.1:8080"), ("[::1]:443", "::1", 443, "[::1]:443"),
        ("*:80", "0.0.0.0", 80, "0.0.0.0:80"), (":80", "0.0.0.0", 80, "0.0.0.0:80"),
        ("[::]:0", "::", 0, "[::]:0"),
    ])
    func `an address is read and printed as HAProxy reads it`(
        text: String, host: String, port: Int, printed: String
    ) throws {
        let address = try ListenAddress(parsing: text, setting: "http")
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == printed)
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "no-address:80", "[::1]", "[::1:80", ""])
    func `an address that is none is refused`(text: String) {
        #expect(throws: TrafficError.self) { try ListenAddress(parsing: text, setting: "http") }
    }

    @Test(.enabled(if: hasIPv6, "this machine has no ::1"))
    func `HAProxy listens on the loopback address of IPv6, on a port that the system gives and keeps`() async throws {
        let settings = TrafficSettings(http: "[::1]:0", maxConnections: 500)
        try await ProxyFixture.with(settings: settings) { fixture in
            let blue = try await Backend("blue")
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            let address = try #require(await fixture.proxy.address)
            #expect(address.hasPrefix("[::1]:"))
            let answer = Answer(try await output(of: "curl", ["-s", "-i", "-g", "http://\(address)/"]))
            #expect(answer.status == 200)
            #expect(answer.body.contains(#""x-forwarded-for": "::1""#))
            #expect(try ListenAddresses(settings: settings, keptIn: fixture.folder.ports).http.description == address)
        }
    }

    @Test func `a taken port is refused with a sentence that names it`() async throws {
        let other = try await Backend("other")
        let settings = TrafficSettings(http: "127.0.0.1:\(other.port)", maxConnections: 500)
        try await ProxyFixture.with(settings: settings) { fixture in
            let error = try await #require(throws: TrafficError.self) {
                _ = try await fixture.proxy.configure(tables: [])
            }
            #expect(error.description.contains("127.0.0.1:\(other.port)"))
            #expect(error.description.contains("traffic.http"))
        }
    }

    private static var hasIPv6: Bool {
        (try? ListenAddress(host: "::1", port: 0).tryBinding(setting: "http")) != nil
    }
}
