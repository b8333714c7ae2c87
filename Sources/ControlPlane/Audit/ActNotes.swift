import Audit
import Synchronization

/// What becomes known of an act while it is done, for its result in the audit record.
final class ActNotes: Sendable {
    private let noted = Mutex<[String: String]>([:])
    private let who = Mutex<AuditActor?>(nil)

    /// Names of details are small letters, digits, '.', '_' and '-': another one would keep the result out of the record, so
    /// whatever else is in it becomes '-'.
    func add(_ name: String, _ value: String) {
        let plain = String(
            decoding: name.lowercased().utf8.map { Self.isPlain($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
        noted.withLock { $0[plain] = value }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || "._-".utf8.contains(byte)
    }

    var details: [String: String] { noted.withLock { $0 } }

    /// Who acts, as it was announced; nil for what is not recorded.
    var actor: AuditActor? {
        get { who.withLock(\.self) }
        set { who.withLock { $0 = newValue } }
    }
}
