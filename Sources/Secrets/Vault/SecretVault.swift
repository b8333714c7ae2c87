package import Domain
package import Foundation

/// The secrets of all environments: written by people, compared by fingerprints, read by a release at its start.
///
/// The ring is read anew for each call, so that a rotation by another process is seen at once.
package struct SecretVault: Sendable {
    let records: any SecretRecords
    package let keyRing: KeyRingFile

    package init(records: any SecretRecords, keyRing: KeyRingFile) {
        self.records = records
        self.keyRing = keyRing
    }

    /// Gives secrets values, all or none; where a value is the one that the secret has, no version is made.
    package func set(
        _ values: [VariableName: Secret], in environment: EnvironmentName, by author: String, at now: Date
    ) async throws -> [SecretWriting] {
        for (name, value) in values { try check(value, of: name) }
        return try await KeyRingLock.hold(.sealing, of: keyRing) {
            let envelope = Envelope(ring: try keyRing.load())
            let present = try await newest(in: environment)
            try await refuseSettings(named: values.keys, in: environment)
            try checkTotals(values, beside: present, in: environment)
            var new: [SecretRecord] = []
            var writings: [SecretWriting] = []
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                let fingerprint = envelope.ring.fingerprint(of: value)
                let old = present[name]
                let outcome: SecretWriting.Outcome =
                    old?.fingerprint == nil ? .added : old?.fingerprint == fingerprint ? .unchanged : .changed
                let version = (old?.version ?? 0) + (outcome == .unchanged ? 0 : 1)
                writings.append(
                    SecretWriting(
                        name: name, version: version, fingerprint: fingerprint, outcome: outcome,
                        warnings: warnings(of: value, named: name)))
                guard outcome != .unchanged else { continue }
                let address = EnvelopeAddress(environment: environment, name: name, version: version)
                new.append(
                    SecretRecord(
                        environment: environment, name: name, version: version, fingerprint: fingerprint,
                        sealed: try envelope.seal(value, at: address), author: author, writtenAt: now))
            }
            try await append(new, in: environment)
            return writings
        }
    }

    /// Gives a secret that there is another value; nil makes one of 32 random bytes, as 43 characters of base64url.
    package func rotate(
        _ name: VariableName, to value: Secret? = nil, in environment: EnvironmentName, by author: String, at now: Date
    ) async throws -> SecretWriting {
        guard try await newest(in: environment)[name]?.fingerprint != nil else {
            throw SecretsError.unknownSecret(name, environment)
        }
        let writings = try await set([name: value ?? Self.randomValue()], in: environment, by: author, at: now)
        guard let writing = writings.first, writing.outcome != .unchanged else {
            throw SecretsError.sameValue(name)
        }
        return writing
    }

    /// Removes secrets, all or none: their ciphertexts go, their history stays.
    package func remove(
        _ names: Set<VariableName>, in environment: EnvironmentName, by author: String, at now: Date
    ) async throws {
        let present = try await newest(in: environment)
        let removals = try names.sorted().map { name in
            guard let old = present[name], !old.isRemoval else {
                throw SecretsError.unknownSecret(name, environment)
            }
            return SecretRecord(
                environment: environment, name: name, version: old.version + 1, fingerprint: nil, sealed: nil,
                author: author, writtenAt: now)
        }
        try await append(removals, in: environment)
    }

    /// The secrets of an environment, in the order of their names.
    package func list(in environment: EnvironmentName) async throws -> [SecretSummary] {
        try await records.newest(in: environment).filter { !$0.isRemoval }.map(SecretSummary.init)
            .sorted { $0.name < $1.name }
    }

    /// All versions of a secret, the oldest first, removals among them.
    package func history(of name: VariableName, in environment: EnvironmentName) async throws -> [SecretSummary] {
        try await records.history(of: name, in: environment).map(SecretSummary.init)
    }

    /// What setting these values would change, in the order of the names.
    package func changes(
        setting values: [VariableName: Secret], in environment: EnvironmentName
    ) async throws -> [SecretChange] {
        let ring = try keyRing.load()
        let present = try await newest(in: environment)
        return values.sorted { $0.key < $1.key }.compactMap { name, value in
            let (before, after) = (present[name]?.fingerprint, ring.fingerprint(of: value))
            return before == after ? nil : SecretChange(name: name, before: before, after: after)
        }
    }
}

extension SecretVault {
    func newest(in environment: EnvironmentName) async throws -> [VariableName: SecretRecord] {
        let records = try await records.newest(in: environment)
        return Dictionary(records.map { ($0.name, $0) }, uniquingKeysWith: { $0.version > $1.version ? $0 : $1 })
    }

    private func append(_ new: [SecretRecord], in environment: EnvironmentName) async throws {
        guard !new.isEmpty else { return }
        guard try await records.append(new, keeping: Limits.keptVersions) else {
            throw SecretsError.changedMeanwhile(environment)
        }
    }

    private func check(_ value: Secret, of name: VariableName) throws {
        guard value.count > 0 else { throw SecretsError.emptyValue(name) }
        guard value.count <= Limits.valueBytes else {
            throw SecretsError.valueTooLarge(name, bytes: value.count, limit: Limits.valueBytes)
        }
        let isText = value.withBytes { bytes in
            !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
        }
        guard isText else { throw SecretsError.notText(name) }
    }

    private func checkTotals(
        _ values: [VariableName: Secret], beside present: [VariableName: SecretRecord],
        in environment: EnvironmentName
    ) throws {
        let others = present.values.filter { !$0.isRemoval && values[$0.name] == nil }
        guard others.count + values.count <= Limits.names else {
            throw SecretsError.tooManyNames(environment, limit: Limits.names)
        }
        // A ciphertext is longer than its value by nonce and tag.
        let bytes = others.reduce(0) { $0 + ($1.sealed?.ciphertext.count ?? 28) - 28 }
        guard values.values.reduce(bytes, { $0 + $1.count }) <= Limits.environmentBytes else {
            throw SecretsError.environmentTooLarge(environment, limitBytes: Limits.environmentBytes)
        }
    }

    private func refuseSettings(
        named names: some Sequence<VariableName>, in environment: EnvironmentName
    ) async throws {
        let settings = try await records.settings(of: environment, version: nil)?.values ?? [:]
        if let taken = names.sorted().first(where: { settings[$0] != nil }) {
            throw SecretsError.nameTaken(taken, environment, asSecret: false)
        }
    }

    private func warnings(of value: Secret, named name: VariableName) -> [String] {
        guard value.count < Limits.redactedBytes else { return [] }
        return [
            "\(name) has only \(value.count) bytes: so short a value is not taken out of logs, because too much else there "
                + "is the same. Use one of \(Limits.redactedBytes) bytes at least."
        ]
    }

    private static func randomValue() -> Secret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Secret(SecretEncodings.base64(bytes, alphabet: .url, isPadded: false))
    }
}
