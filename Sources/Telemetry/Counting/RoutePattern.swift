/// Turns a path into the route that it belongs to: `/loads/4711/events` is `/loads/:id/events`.
///
/// A segment is an identifier when it has a digit or an escape, when it is long, or looks like a hexadecimal number. Only
/// the first segments count.
enum RoutePattern {
    private static let identifier = StaticString(":id")
    private static let cut = StaticString("/*")
    private static let methods: [StaticString] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// Bytes of the longest route.
    static let capacity = 8 + Limits.routeSegments * (Limits.segmentBytes + 1) + 2

    /// Writes method and route into `target`, which has `capacity` bytes; answers how many, 0 where it is no route.
    static func write(
        method: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard path.first == Byte.slash, isKnown(method) else { return 0 }
        var writer = Writer(target: target)
        writer.add(method)
        writer.add(Byte.space)
        var position = 0
        for _ in 0..<Limits.routeSegments where position < path.count {
            let start = position + 1
            position = start
            while position < path.count, path[position] != Byte.slash { position += 1 }
            let segment = UnsafeRawBufferPointer(rebasing: path[start..<position])
            writer.add(Byte.slash)
            if isIdentifier(segment) { writer.add(identifier) } else { writer.add(segment) }
        }
        if position < path.count { writer.add(cut) }
        return writer.count
    }

    private static func isKnown(_ method: UnsafeRawBufferPointer) -> Bool {
        methods.contains { name in
            name.utf8CodeUnitCount == method.count && method.elementsEqual(UnsafeRawBufferPointer(name))
        }
    }

    private static func isIdentifier(_ segment: UnsafeRawBufferPointer) -> Bool {
        guard segment.count <= Limits.segmentBytes else { return true }
        guard !isVersion(segment) else { return false }
        var isHexadecimal = segment.count >= 8
        for byte in segment {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"), Byte.hyphen: continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                isHexadecimal = false
            default: return true
            }
        }
        return isHexadecimal
    }

    /// `v1` to `v99`, as interfaces have it.
    private static func isVersion(_ segment: UnsafeRawBufferPointer) -> Bool {
        segment.first == UInt8(ascii: "v") && (2...3).contains(segment.count)
            && segment.dropFirst().allSatisfy { $0 &- Byte.zero < 10 }
    }

    /// Fills a buffer.
    private struct Writer {
        let target: UnsafeMutableRawBufferPointer
        var count = 0

        mutating func add(_ byte: UInt8) {
            target[count] = byte
            count += 1
        }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            guard let source = bytes.baseAddress, let start = target.baseAddress else { return }
            (start + count).copyMemory(from: source, byteCount: bytes.count)
            count += bytes.count
        }

        mutating func add(_ text: StaticString) {
            add(UnsafeRawBufferPointer(text))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a text of the program's own.
    fileprivate init(_ text: StaticString) {
        self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}
