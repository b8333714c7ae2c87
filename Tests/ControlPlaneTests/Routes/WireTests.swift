import API
import Domain
import Foundation
import Testing

struct WireTests {
    @Test(arguments: [0.0, 0.001, 0.123, 0.999, 799_999_999.457, 800_000_000.001])
    func `a date keeps its milliseconds however often it crosses the wire`(seconds: Double) throws {
        let date = Date(timeIntervalSinceReferenceDate: seconds)
        var text = try WireFormat.encoder.encode([date])
        let first = text
        for _ in 1...5 { text = try WireFormat.encoder.encode(WireFormat.decoder.decode([Date].self, from: text)) }
        #expect(text == first)
        let read = try #require(try WireFormat.decoder.decode([Date].self, from: text).first)
        #expect(abs(read.timeIntervalSince(date)) < 0.001)
    }

    @Test(arguments: [
        ("1.1.0", "/api/v1/releases/1.1.0"), ("a/b", "/api/v1/releases/a%2Fb"), ("a?b#c", "/api/v1/releases/a%3Fb%23c"),
        ("50%", "/api/v1/releases/50%25"), ("x;y z", "/api/v1/releases/x%3By%20z"),
        ("{release}", "/api/v1/releases/%7Brelease%7D"), ("app@1.0", "/api/v1/releases/app@1.0"),
    ])
    func `a parameter stays one component of the path`(text: String, path: String) {
        #expect(Route.release.path(["release": text]) == path)
    }

    @Test func `no two routes share method and path`() {
        #expect(Set(Route.allCases.map { "\($0.method) \($0.path)" }).count == Route.allCases.count)
    }
}
