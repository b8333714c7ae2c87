/// Bytes as they come from a stream, taken apart into frames: a length in decimal digits, a space, so many bytes.
final class FrameBuffer {
    /// Something else than a frame, after which nothing in the stream can be told.
    struct Malformed: Error {}

    private let bytes: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// `size` is at least that of the longest frame.
    init(size: Int = Limits.chunk) {
        bytes = .allocate(byteCount: size, alignment: 16)
    }

    deinit { bytes.deallocate() }

    /// Where further bytes go; say `filled` afterwards. Never empty once all frames were taken.
    var space: UnsafeMutableRawBufferPointer {
        if start > 0 {
            bytes.baseAddress!.copyMemory(from: bytes.baseAddress! + start, byteCount: end - start)
            end -= start
            start = 0
        }
        return UnsafeMutableRawBufferPointer(rebasing: bytes[end...])
    }

    func filled(_ count: Int) {
        end += count
    }

    /// The next whole frame's content, valid until `space` is asked for; nil until more bytes have come.
    func next() throws(Malformed) -> UnsafeRawBufferPointer? {
        var position = start
        var length = 0
        while position < end, bytes[position] != Byte.space {
            let digit = bytes[position] &- Byte.zero
            guard digit < 10 else { throw Malformed() }
            length = length * 10 + Int(digit)
            guard length <= Limits.frame, position - start < 4 else { throw Malformed() }
            position += 1
        }
        guard position < end else { return nil }
        guard length > 0 else { throw Malformed() }
        let content = position + 1
        guard content + length <= end else { return nil }
        start = content + length
        return UnsafeRawBufferPointer(rebasing: bytes[content..<start])
    }
}
