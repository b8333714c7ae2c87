/// Why a witness has not cosigned the record.
package enum WitnessFault: Error, Equatable, CustomStringConvertible {
    /// Nobody answers there.
    case away(url: String, cause: String)
    /// It has seen more entries than there are.
    case shorter(seen: Int, size: Int)
    /// It has seen others in the same number.
    case forked(size: Int)
    /// The record does not continue the one that it has seen.
    case unproven
    case unknownLog
    /// What it answered is not signed with its key.
    case otherKey(url: String)
    case unexpected(status: Int)

    /// Whether the record is not the one that the witness has seen.
    package var isInconsistent: Bool {
        switch self {
        case .shorter, .forked, .unproven: true
        case .away, .unknownLog, .otherKey, .unexpected: false
        }
    }

    package var description: String {
        switch self {
        case .away(let url, let cause): "The witness at \(url) does not answer: \(cause)."
        case .shorter(let seen, let size):
            "The witness has cosigned \(seen) entries, and the record has \(size): entries were taken away, or an older "
                + "record was put in its place. Keep its folder as evidence, and put the newest one back from a backup."
        case .forked:
            "The witness has seen another record of the same length: this one was altered. Keep its folder as evidence, "
                + "and run 'switchyard audit verify' on an export."
        case .unproven:
            "The record does not continue the one that the witness has seen: it was altered. Keep its "
                + "folder as evidence, and run 'switchyard audit verify' on an export."
        case .unknownLog:
            "The witness does not watch this record: start it with '--log' and the record's public key."
        case .otherKey(let url):
            "What the witness at \(url) answered is not signed with the public key that is configured."
        case .unexpected(let status): "The witness answered \(status) to what it was asked."
        }
    }
}
