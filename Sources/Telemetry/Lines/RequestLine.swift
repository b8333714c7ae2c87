/// One request as HAProxy's log tells it; valid only as long as the bytes that it was read from.
///
/// The line is `r1 PROCESS NUMBER BACKEND STATUS MICROSECONDS MILLISECONDS TERMINATION UNIT SPLIT METHOD PATH`, a hyphen
/// for what is not there; `HAProxyConfiguration` in Traffic writes its `log-format`. The path is the last because it may
/// hold anything.
package struct RequestLine {
    /// The worker of HAProxy that wrote it.
    let process: Int
    /// How many lines that worker wrote before.
    package let number: Int
    let backend: UnsafeRawBufferPointer
    /// The status that the client got; -1 where it got none.
    let status: Int
    /// From the request's arrival to the head of the application's response; nil where no application answered.
    let microseconds: Int?
    /// From the request's arrival to the end of its response.
    let milliseconds: Int
    /// The first letter of HAProxy's termination state: who ended it, a hyphen when all went well.
    let termination: UInt8
    /// The client's hash; nil while requests are not divided.
    let unit: UInt64?
    /// By what it was decided who gets which slot: `share:salt:stable:candidate`.
    let split: UnsafeRawBufferPointer
    let method: UnsafeRawBufferPointer
    let path: UnsafeRawBufferPointer

    /// What a line begins with; the digit is the version of the form.
    private static let tag = (UInt8(ascii: "r"), UInt8(ascii: "1"), Byte.space)

    /// Whether the bytes are a line of requests, and no message of HAProxy's own.
    package static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count > 3 && bytes[0] == tag.0 && bytes[1] == tag.1 && bytes[2] == tag.2
    }

    /// Reads a line that begins as one; nil for one that goes on otherwise.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        var cursor = LineCursor(UnsafeRawBufferPointer(rebasing: bytes[3...]))
        let process = cursor.integer()
        let number = cursor.integer()
        backend = cursor.word()
        status = cursor.integer() ?? -1
        microseconds = cursor.integer().map { max(0, $0) }
        milliseconds = cursor.integer() ?? 0
        let state = cursor.word()
        unit = cursor.integer().map { UInt64(bitPattern: Int64($0)) }
        split = cursor.word()
        method = cursor.word()
        path = cursor.rest()
        guard !cursor.isMalformed, let process, let number, let first = state.first else { return nil }
        self.process = process
        self.number = number
        termination = first
    }
}
