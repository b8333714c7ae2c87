/// What the application cannot do with a relation while a lock on it is held; each level includes the ones before it.
package enum BlockedWork: Int, Sendable, Codable, Comparable {
    case nothing
    /// Other changes of the schema, VACUUM and ANALYZE: nothing that the application does.
    case maintenance
    case writes
    case readsAndWrites

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Whether the application notices.
    package var isFelt: Bool { self >= .writes }
}

extension LockMode {
    /// What waits for this mode, of what an application does: it reads in AccessShare and writes in RowExclusive.
    package var blocks: BlockedWork {
        switch self {
        case .accessShare, .rowShare: .nothing
        case .rowExclusive, .shareUpdateExclusive: .maintenance
        case .share, .shareRowExclusive, .exclusive: .writes
        case .accessExclusive: .readsAndWrites
        }
    }

    /// As the manual writes it: ACCESS EXCLUSIVE.
    package var title: String {
        rawValue.replacing("Lock", with: "").replacing(/(?<before>[a-z])(?<after>[A-Z])/) { match in
            "\(match.before) \(match.after)"
        }.uppercased()
    }
}
