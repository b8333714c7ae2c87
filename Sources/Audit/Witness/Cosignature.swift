import Foundation

/// What a witness says of a checkpoint: that at this time it was the newest it had seen of the log, and consistent.
///
/// Version 1 of C2SP's tlog-cosignature: the time in eight bytes and an Ed25519 signature.
struct Cosignature: Equatable, Sendable {
    /// In seconds since 1970.
    let timestamp: UInt64
    let signature: [UInt8]

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == 72 else { return nil }
        timestamp = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        signature = Array(bytes.dropFirst(8))
    }

    init(of text: String, at timestamp: UInt64, by key: NoteSigningKey) throws {
        self.timestamp = timestamp
        signature = Array(try key.signature(of: Self.message(text, timestamp)))
    }

    func holds(for text: String, by key: VerifierKey) -> Bool {
        timestamp <= UInt64(Int64.max) && key.accepts(signature, of: Self.message(text, timestamp))
    }

    /// The line that is added below a checkpoint.
    func line(of key: VerifierKey) -> String {
        let time = (0..<8).map { UInt8(truncatingIfNeeded: timestamp >> (8 * (7 - $0))) }
        return SignedCheckpoint.Signature(name: key.name, bytes: key.identifier + time + signature).line
    }

    private static func message(_ text: String, _ timestamp: UInt64) -> Data {
        Data("cosignature/v1\ntime \(timestamp)\n\(text)".utf8)
    }
}
