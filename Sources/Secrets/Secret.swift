import Glibc

/// A value that never shows itself: whoever wants its bytes has to ask for them by name.
///
/// It prints, dumps, reflects and interpolates as `[secret]` and can't be encoded. Two are compared in constant time.
/// Its memory is overwritten when the last copy goes; text that was made from it is Swift's and is not.
package struct Secret: Sendable {
    private let storage: SecretBytes

    package init(_ bytes: UnsafeRawBufferPointer) {
        storage = SecretBytes(bytes)
    }

    package init(_ bytes: some Sequence<UInt8>) {
        var array = Array(bytes)
        self = array.withUnsafeBytes { Secret($0) }
        array.withUnsafeMutableBytes { SecretBytes.overwrite($0) }
    }

    package init(_ text: String) {
        self.init(text.utf8)
    }

    /// Bytes, of which only the number is told.
    package var count: Int { storage.bytes.count }

    /// Lends the bytes; they must not be kept.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeRawBufferPointer(storage.bytes))
    }

    /// The value as text, for the process that it is meant for; nil where the bytes are no UTF-8.
    package func reveal() -> String? {
        withBytes { String(validating: $0, as: UTF8.self) }
    }
}

extension Secret: Equatable {
    /// Takes as long for values that differ in the first byte as for those that differ in the last.
    package static func == (left: Secret, right: Secret) -> Bool {
        left.withBytes { left in
            right.withBytes { right in
                guard left.count == right.count else { return false }
                return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            }
        }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let shown = "[secret]"

    package var description: String { Self.shown }
    package var debugDescription: String { Self.shown }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The memory of a secret, which is overwritten before it is given back.
private final class SecretBytes: Sendable {
    /// Written once, before anybody else can see it.
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(_ source: UnsafeRawBufferPointer) {
        bytes = .allocate(byteCount: source.count, alignment: 1)
        bytes.copyMemory(from: source)
    }

    deinit {
        Self.overwrite(bytes)
        bytes.deallocate()
    }

    static func overwrite(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        explicit_bzero(start, bytes.count)
    }
}
