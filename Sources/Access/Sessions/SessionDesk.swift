package import Foundation

/// Where sessions of the console begin, are shown and end.
package struct SessionDesk: Sendable {
    private let records: any AccessRecords
    private let failures: FailureCounter
    private let random: RandomBytes

    package init(records: any AccessRecords, failures: FailureCounter, random: RandomBytes = .system) {
        self.records = records
        self.failures = failures
        self.random = random
    }

    /// Begins a session with a new id, whatever the browser brought: what `replacing` names is ended.
    ///
    /// An id that somebody planted in a browser so never becomes a session that counts.
    package func begin(
        for account: Account, authenticatedAt: Date?, replacing old: SessionSecret?, at now: Date
    ) async throws -> SessionSecret {
        guard account.kind == .person else { throw AccessError.sessionNeedsPerson(account.name) }
        try account.checkAlive(at: now)
        let secret = SessionSecret(random: random)
        let record = SessionRecord(
            digest: secret.digest, account: account.name, createdAt: now, authenticatedAt: authenticatedAt,
            lastUsedAt: now)
        try await records.add(record, replacing: old?.digest, limit: Limits.sessions)
        try await records.noteSeen(account, at: now)
        return secret
    }

    /// Who has the session; throws where it doesn't count any more, or never did.
    package func subject(of secret: SessionSecret, from address: NetworkAddress, at now: Date) async throws -> Subject {
        try failures.check(.address(address), at: now)
        guard let record = try await records.session(secret.digest) else {
            failures.note(.address(address), at: now)
            throw AccessError.noSession
        }
        guard record.counts(at: now) else {
            try await records.endSession(record.digest)
            throw AccessError.sessionOver
        }
        guard let account = try await records.account(record.account) else { throw AccessError.noSession }
        try account.checkAlive(at: now)
        if now.timeIntervalSince(record.lastUsedAt) >= Limits.sessionUseGrain {
            try await records.noteUse(of: record.digest, at: now)
        }
        return Subject(account, credential: .session, authenticatedAt: record.authenticatedAt)
    }

    /// Ends a session; the browser's cookie opens nothing from now on.
    package func end(_ secret: SessionSecret) async throws { try await records.endSession(secret.digest) }

    /// Ends all sessions of an account.
    package func endAll(of account: AccountName) async throws { try await records.endSessions(of: account) }

    /// Forgets what is over; to be called now and then.
    package func forgetOver(at now: Date) async throws {
        try await records.forgetSessions(
            begunBefore: now.addingTimeInterval(-Limits.sessionAge),
            unusedSince: now.addingTimeInterval(-Limits.sessionIdle))
    }
}
