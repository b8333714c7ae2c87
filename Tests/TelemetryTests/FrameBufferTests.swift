import Testing

@testable import Telemetry

/// Frames come out whole, wherever a read cuts them.
struct FrameBufferTests {
    private func frames(_ chunks: [[UInt8]], size: Int = Limits.chunk) throws(FrameBuffer.Malformed) -> [String] {
        let buffer = FrameBuffer(size: size)
        var frames: [String] = []
        for chunk in chunks {
            buffer.append(chunk)
            while let frame = try buffer.next() { frames.append(String(decoding: frame, as: UTF8.self)) }
        }
        return frames
    }

    private let texts = ["a", "12 34", String(repeating: "x", count: 1_024), "r1 7 8", "\n", "9 ü"]

    @Test func `a stream may be cut between any two bytes`() throws {
        let stream = texts.flatMap(framed)
        for cut in 0...stream.count {
            #expect(try frames([Array(stream[..<cut]), Array(stream[cut...])]) == texts, "cut at \(cut)")
        }
        #expect(try frames(stream.map { [$0] }) == texts)
    }

    @Test func `a buffer that is little larger than a frame is used again and again`() throws {
        let stream = (0..<500).map { framed("\($0) " + String(repeating: "y", count: $0 % 90)) }
        let found = try frames(stream.flatMap { [Array($0.prefix(3)), Array($0.dropFirst(3))] }, size: 128)
        #expect(found.count == 500)
        #expect(found.last == "499 " + String(repeating: "y", count: 499 % 90))
    }

    @Test(arguments: ["x", "12x ", " a", "0 ", "-1 a", "99999 a", "00001 a", "8193 a", "\u{0}", "1\n a", "12345"])
    func `anything but a length of 1 to 8192 is refused at once`(text: String) {
        #expect(throws: FrameBuffer.Malformed.self) { try frames([Array(text.utf8)]) }
    }

    @Test func `what was whole before a fault is given out`() {
        let buffer = FrameBuffer()
        buffer.append(framed("good") + Array("bad ".utf8))
        #expect((try? buffer.next()).map { String(decoding: $0, as: UTF8.self) } == "good")
        #expect(throws: FrameBuffer.Malformed.self) { try buffer.next() }
    }
}
