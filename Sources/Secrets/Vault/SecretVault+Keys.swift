package import Domain
package import Foundation

/// How far a rotation of the key-encryption key has come.
package struct Rewrapping: Equatable, Sendable {
    /// The current key, under which everything is to be.
    package let keyID: String
    package internal(set) var rewrapped = 0
    /// What could not be opened and stays as it is: altered, or under a key that the ring does not hold.
    package internal(set) var unreadable: [Unreadable] = []

    /// A version that could not be opened.
    package struct Unreadable: Equatable, Sendable {
        package let environment: EnvironmentName
        package let name: VariableName
        package let version: Int
        package let reason: String
    }
}

extension SecretVault {
    /// Makes a new key-encryption key and puts everything under it; readers and writers go on meanwhile.
    ///
    /// Killed at any point, it has made a key or not, and `rewrap` does the rest. Old keys stay in the ring, because
    /// older copies of the database are under them; `dropKeys` takes them out.
    package func rotateKey(
        at now: Date, report: @Sendable (Rewrapping) -> Void = { _ in }
    ) async throws -> Rewrapping {
        try await KeyRingLock.hold(.changing, of: keyRing) {
            var ring = try keyRing.load()
            guard ring.ids.count < Limits.ringKeys else {
                throw SecretsError.keyRingFull(path: keyRing.path, limit: Limits.ringKeys)
            }
            ring.addKey(at: now)
            try keyRing.replace(with: ring)
        }
        return try await rewrap(report: report)
    }

    /// Puts everything under the current key that is not yet; nothing to do is nothing done.
    package func rewrap(report: @Sendable (Rewrapping) -> Void = { _ in }) async throws -> Rewrapping {
        var state = Rewrapping(keyID: try keyRing.load().current.id)
        report(state)
        while try await rewrapBatch(&state) { report(state) }
        return state
    }

    /// Takes out of the ring the keys that nothing is under any more; answers their ids.
    ///
    /// A copy of the database that was made while something was under them cannot be read after this.
    /// Nor can what is under one that `others` does not name, which answers the keys of what lies outside the vault.
    package func dropKeys(
        except others: @Sendable () async throws -> Set<String> = { [] }
    ) async throws -> [String] {
        try await KeyRingLock.hold(.changing, of: keyRing) {
            var ring = try keyRing.load()
            var unused: [String] = []
            let used = try await others()
            for id in ring.ids where id != ring.current.id && !used.contains(id) {
                if try await records.count(under: id) == 0 { unused.append(id) }
            }
            guard !unused.isEmpty else { return [] }
            ring.drop(Set(unused))
            try keyRing.replace(with: ring)
            return unused
        }
    }

    /// False when nothing is left.
    private func rewrapBatch(_ state: inout Rewrapping) async throws -> Bool {
        let (known, keyID) = (state.unreadable, state.keyID)
        let (rewrapped, unreadable) = try await KeyRingLock.hold(.sealing, of: keyRing) {
            let envelope = Envelope(ring: try keyRing.load())
            guard envelope.ring.current.id == keyID else { return (0, known) }
            var unreadable = known
            var pairs: [(old: SecretRecord, new: SecretRecord)] = []
            for record in try await records.notUnder(keyID, limit: Limits.rewrapBatch + known.count) {
                guard let sealed = record.sealed, !known.contains(where: { $0.isOf(record) }) else { continue }
                do {
                    var new = record
                    new.sealed = try envelope.rewrap(sealed, at: EnvelopeAddress(record))
                    pairs.append((record, new))
                } catch {
                    unreadable.append(Rewrapping.Unreadable(record, because: "\(error)"))
                }
            }
            try await records.rewrap(pairs)
            return (pairs.count, unreadable)
        }
        state.rewrapped += rewrapped
        state.unreadable = unreadable
        return rewrapped > 0 || unreadable.count > known.count
    }
}

extension Rewrapping.Unreadable {
    fileprivate init(_ record: SecretRecord, because reason: String) {
        self.init(environment: record.environment, name: record.name, version: record.version, reason: reason)
    }

    fileprivate func isOf(_ record: SecretRecord) -> Bool {
        environment == record.environment && name == record.name && version == record.version
    }
}
