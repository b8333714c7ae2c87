import Audit
import Synchronization

/// What becomes known of an act while it is done, for its result in the audit record.
final class ActNotes: Sendable {
    private let noted = Mutex<[String: String]>([:])
    private let who = Mutex<AuditActor?>(nil)

    func add(_ name: String, _ value: String) { noted.withLock { $0[name] = value } }

    var details: [String: String] { noted.withLock { $0 } }

    /// Who acts, as it was announced; nil for what is not recorded.
    var actor: AuditActor? {
        get { who.withLock(\.self) }
        set { who.withLock { $0 = newValue } }
    }
}
