package import Foundation

/// Where break-glass is opened, ended and reviewed.
package struct BreakGlassDesk: Sendable {
    private let records: any AccessRecords
    private let failures: FailureCounter
    private let random: RandomBytes

    package init(records: any AccessRecords, failures: FailureCounter, random: RandomBytes = .system) {
        self.records = records
        self.failures = failures
        self.random = random
    }

    /// Opens break-glass for somebody whom the identity provider has seen within the last five minutes.
    ///
    /// Whoever calls must have recorded the intent before, and must tell everybody in `told` at once.
    package func start(
        _ request: BreakGlass.Request, by subject: Subject, id: UUID = UUID(), at now: Date
    ) async throws -> BreakGlass {
        guard let account = subject.account, let seen = subject.authenticatedAt else { throw AccessError.proofNotFresh }
        return try await start(request, by: account, .identityProvider(authenticatedAt: seen), id: id, at: now)
    }

    /// Opens break-glass by a single-use code; the provider is not asked. The code is used up whatever follows.
    package func start(
        _ request: BreakGlass.Request, by account: AccountName, code: String, from address: NetworkAddress,
        id: UUID = UUID(), at now: Date
    ) async throws -> BreakGlass {
        try await spend(code, of: account, from: address, at: now)
        return try await start(request, by: account, .recoveryCode, id: id, at: now)
    }

    private func start(
        _ request: BreakGlass.Request, by name: AccountName, _ proof: BreakGlass.Proof, id: UUID, at now: Date
    ) async throws -> BreakGlass {
        try await records.changeBreakGlass { uses, accounts in
            guard let account = accounts.first(where: { $0.name == name }) else {
                throw AccessError.unknownAccount(name)
            }
            return try BreakGlass(
                id: id, request, by: account, proof: proof, uses: uses, accounts: accounts, at: now)
        }
    }

    /// The use that a person has open in an environment, for the decisions of the policy.
    package func pass(
        of subject: Subject, in environment: AccessedEnvironment, at now: Date
    ) async throws -> BreakGlassPass? {
        guard let account = subject.account, environment.isProtected else { return nil }
        return try await records.breakGlassUses().lazy.filter {
            $0.account == account && $0.environment == environment.name
        }.compactMap { $0.pass(at: now) }.first
    }

    /// All uses that are not reviewed and the newest others, newest first.
    package func uses() async throws -> [BreakGlass] { try await records.breakGlassUses() }

    /// One of these uses.
    package func use(_ id: UUID) async throws -> BreakGlass {
        guard let use = try await uses().first(where: { $0.id == id }) else { throw AccessError.unknownBreakGlass(id) }
        return use
    }

    /// Ends a use before its time.
    package func end(_ id: UUID, by who: AccountName, at now: Date) async throws -> BreakGlass {
        try await change(id) { use, accounts in try use.end(by: who, among: accounts, at: now) }
    }

    /// Notes somebody else who acted under a use: approved a step of it, say.
    package func note(participant: AccountName, of id: UUID, at now: Date) async throws -> BreakGlass {
        try await change(id) { use, _ in try use.note(participant: participant, at: now) }
    }

    /// Closes a use by the judgement of somebody who had no part in it; that they may is the policy's to say.
    package func review(
        _ id: UUID, by who: AccountName, isJustified: Bool, note: String, at now: Date
    ) async throws -> BreakGlass {
        try await change(id) { use, _ in try use.review(by: who, isJustified: isJustified, note: note, at: now) }
    }

    private func change(
        _ id: UUID, _ body: @escaping @Sendable (inout BreakGlass, [Account]) throws -> Void
    ) async throws -> BreakGlass {
        try await records.changeBreakGlass { uses, accounts in
            guard var use = uses.first(where: { $0.id == id }) else { throw AccessError.unknownBreakGlass(id) }
            try body(&use, accounts)
            return use
        }
    }
}

extension BreakGlassDesk {
    /// Makes ten codes for an account, shown once; those before open nothing any more.
    ///
    /// It asks for fresh proof of identity, as the codes stand for it later.
    package func makeCodes(for subject: Subject, at now: Date) async throws -> [RecoveryCode] {
        guard let account = subject.account, let seen = subject.authenticatedAt,
            now.timeIntervalSince(seen) <= Limits.freshProof
        else { throw AccessError.proofNotFresh }
        let codes = (0..<Limits.recoveryCodes).map { _ in RecoveryCode(random: random) }
        try await records.setRecoveryCodes(codes.map { $0.digest(of: account) }, of: account)
        return codes
    }

    /// How many codes an account has left.
    package func codesLeft(of account: AccountName) async throws -> Int {
        try await records.recoveryCodes(of: account).count
    }

    /// Uses a code up. Every wrong one counts, for the account and for the address.
    private func spend(
        _ typed: String, of account: AccountName, from address: NetworkAddress, at now: Date
    ) async throws {
        try failures.check(.address(address), at: now)
        try failures.check(.account(account), at: now)
        guard try await matches(typed, of: account, at: now) else {
            failures.note(.address(address), at: now)
            if try await records.account(account) != nil { failures.note(.account(account), at: now) }
            throw AccessError.badRecoveryCode
        }
        failures.forget(account)
    }

    private func matches(_ typed: String, of account: AccountName, at now: Date) async throws -> Bool {
        guard let digest = RecoveryCode(typed)?.digest(of: account) else { return false }
        // All are compared, so that the time does not say which one it was.
        let isKnown = try await records.recoveryCodes(of: account).reduce(false) { found, known in
            (known == digest) || found
        }
        guard isKnown else { return false }
        return try await records.spendRecoveryCode(digest, of: account, at: now)
    }
}
