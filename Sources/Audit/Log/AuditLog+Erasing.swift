import Foundation

extension AuditLog {
    /// Makes unreadable what is recorded about a person; answers whether there was anything.
    ///
    /// First it is recorded that a key goes, by its fingerprint and without the person, then the key is deleted. What cuts it
    /// short between the two is made up for by `eraseAgain`. Entries, hashes and proofs stay. After an error nothing was
    /// deleted.
    package func erase(_ subject: String, by actor: AuditActor) async throws -> Bool {
        guard let fingerprint = try keys.fingerprint(of: subject) else { return false }
        var entry = AuditEntry(.event, .erase, by: actor, at: now())
        entry.details = [Self.erasedKeyDetail: fingerprint]
        _ = try await append(entry)
        return try keys.erase(subject)
    }

    /// Deletes every key that is there though the record says that it was erased: one whose erasure was cut short, or
    /// that came back with an old copy; answers how many. Goes through the whole record.
    @discardableResult
    package func eraseAgain() async throws -> Int {
        try await checkpoint()
        var fingerprints: Set<String> = []
        try AuditReader(folder: folder).forEach(matching: AuditFilter(action: .erase)) { record in
            if let key = record.details[Self.erasedKeyDetail] { fingerprints.insert(key) }
            return true
        }
        return try keys.eraseAgain(fingerprints)
    }

    private static let erasedKeyDetail = "key"
}
