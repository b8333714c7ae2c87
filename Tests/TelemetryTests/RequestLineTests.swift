import Testing

@testable import Telemetry

/// Lines are read as they are written, and nothing else is taken for one.
struct RequestLineTests {
    private func read<Value>(_ text: String, _ body: (RequestLine?) throws -> Value) rethrows -> Value {
        try Array(text.utf8).withUnsafeBytes { bytes in try body(RequestLine.isOne(bytes) ? RequestLine(bytes) : nil) }
    }

    private func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `every field is read`() throws {
        let written = "r1 4711 12 production-s2-write 201 1234 56 -- -42 500:17.3:s1:s2 POST /loads/4711"
        try read(written) { line in
            let line = try #require(line)
            #expect(line.process == 4_711)
            #expect(line.number == 12)
            #expect(text(line.backend) == "production-s2-write")
            #expect(line.status == 201)
            #expect(line.microseconds == 1_234)
            #expect(line.milliseconds == 56)
            #expect(line.termination == UInt8(ascii: "-"))
            #expect(line.unit == UInt64(bitPattern: -42))
            #expect(text(line.split) == "500:17.3:s1:s2")
            #expect(text(line.method) == "POST")
            #expect(text(line.path) == "/loads/4711")
        }
    }

    @Test func `what is not there is none`() throws {
        try read("r1 4711 12 web -1 - 0 CR - - <BADREQ> -") { line in
            let line = try #require(line)
            #expect(line.status == -1)
            #expect(line.microseconds == nil)
            #expect(line.unit == nil)
            #expect(line.termination == UInt8(ascii: "C"))
        }
    }

    @Test(arguments: [
        "-9223372036854775808", "9223372036854775807", "-1", "0",
    ])
    func `a hash may be any number of 64 bits`(hash: String) throws {
        let expected = UInt64(bitPattern: try #require(Int64(hash)))
        read("r1 1 1 b 200 1 1 -- \(hash) - GET /") { #expect($0?.unit == expected) }
    }

    @Test(arguments: ["/a b", "/r1 7 8 production-s1-read", "/ ", "/\u{0}", "/ü"])
    func `a path may hold anything`(path: String) {
        read("r1 1 1 b 200 1 1 -- 1 - GET \(path)") { line in #expect(line.map { text($0.path) } == path) }
    }

    @Test(arguments: [
        "", "r1", "r1 ", "r2 1 1 b 200 1 1 -- 1 - GET /", "1 event dropped", "Server production-s1-read/web1 is DOWN.",
        "r1 x 1 b 200 1 1 -- 1 - GET /", "r1 1 x b 200 1 1 -- 1 - GET /", "r1 1 1 b 2x0 1 1 -- 1 - GET /",
        "r1 1 1 b 200 1 1", "r1 1 1  200 1 1 -- 1 - GET /", "r1 - 1 b 200 1 1 -- 1 - GET /",
        "r1 1 1 b 200 1 1 -- 123456789012345678901 - GET /",
    ])
    func `nothing else is a line`(text: String) {
        read(text) { #expect($0 == nil) }
    }

    @Test func `every beginning of a line is read or refused, and none reads beyond its end`() {
        let written = Array("r1 4711 12 production-s2-write 201 1234 56 -- -42 500:17.3:s1:s2 POST /loads".utf8)
        for length in 0..<written.count {
            // Memory of just this length: a read beyond it is seen by the sanitizer and by the checks of a debug build.
            Array(written[..<length]).withUnsafeBytes { bytes in
                let line = RequestLine.isOne(bytes) ? RequestLine(bytes) : nil
                #expect(line == nil || length > written.count - "POST /loads".utf8.count)
            }
        }
    }
}
