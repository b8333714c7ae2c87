import Synchronization

/// What becomes known of an act while it is done, for its result in the audit record.
final class ActNotes: Sendable {
    private let noted = Mutex<[String: String]>([:])

    func add(_ name: String, _ value: String) { noted.withLock { $0[name] = value } }

    var details: [String: String] { noted.withLock { $0 } }
}
