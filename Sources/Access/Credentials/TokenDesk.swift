import Domain
package import Foundation

/// Where tokens are made, shown and taken back.
package struct TokenDesk: Sendable {
    private let records: any AccessRecords
    private let failures: FailureCounter
    private let random: RandomBytes

    package init(records: any AccessRecords, failures: FailureCounter, random: RandomBytes = .system) {
        self.records = records
        self.failures = failures
        self.random = random
    }

    /// Who bears the token; whoever does not have the whole of one learns nothing by trying.
    ///
    /// Guesses count for the address that they come from; see `FailureCounter`. A token that is over is no guess: a
    /// forgotten program with one must not lock its neighbours out.
    package func subject(bearing text: String, from address: NetworkAddress, at now: Date) async throws -> Subject {
        try failures.check(.address(address), at: now)
        do {
            let (record, account) = try await found(text, at: now)
            try await noteUse(of: record, account, at: now)
            let credential: Subject.Credential =
                record.origin == .signedIn ? .signedInToken(record.id) : .token(record.id)
            return Subject(account, credential: credential, scope: record.scope)
        } catch AccessError.badToken {
            failures.note(.address(address), at: now)
            throw AccessError.badToken
        }
    }

    private func found(_ text: String, at now: Date) async throws -> (TokenRecord, Account) {
        guard let token = TokenText(text), let record = try await records.token(token.id),
            record.digest == token.digest, let account = try await records.account(record.account)
        else { throw AccessError.badToken }
        guard record.revokedAt == nil else { throw AccessError.tokenRevoked(record.id) }
        guard now < record.expiresAt else { throw AccessError.tokenExpired(record.id, record.expiresAt) }
        try account.checkAlive(at: now)
        return (record, account)
    }

    private func noteUse(of record: TokenRecord, _ account: Account, at now: Date) async throws {
        if now.timeIntervalSince(record.lastUsedAt ?? .distantPast) >= Limits.tokenUseGrain {
            try await records.noteUse(of: record.id, at: now.rounded(to: Limits.tokenUseGrain))
        }
        try await records.noteSeen(account, at: now)
    }

    /// Makes a token for an account: the token, to be shown once, and what is kept of it.
    ///
    /// `maker` is whoever asks: their own token can't be used for it unless it came from a sign-in, and then only for
    /// a scope within its own.
    package func make(
        for account: Account, label: String, scope: TokenScope = .whole, age: TimeInterval = Limits.tokenAge,
        by maker: Subject, at now: Date
    ) async throws -> (text: TokenText, record: TokenRecord) {
        if case .token = maker.credential { throw AccessError.tokenMakesToken }
        guard scope.isWithin(maker.scope) else { throw AccessError.scopeTooWide(account.name) }
        try Self.check(scope, of: account)
        guard age > 0, age <= Limits.longestTokenAge else { throw AccessError.tokenAge(Limits.longestTokenAge) }
        return try await add(
            account, AccessError.words(label, of: "label"), scope, .made, until: now.addingTimeInterval(age), at: now)
    }

    /// Makes the token for a use of break-glass by a code: for what that opens, in its environment, until its end.
    package func makeRecovered(
        for account: Account, in use: BreakGlass, at now: Date
    ) async throws -> (text: TokenText, record: TokenRecord) {
        let opened = Permission.allCases.filter { $0.rule.isOpenedByBreakGlass }
        let beside: [Permission] = [
            .readStatus, .readPlan, .readLogs, .rollBack, .setMaintenance, .endBreakGlass, .useOwnTokens, .addRelease,
        ]
        let scope = TokenScope(operations: Set(opened + beside), environments: .only([use.environment]))
        return try await add(
            account, "break-glass \(use.id.text)", scope, .recovered, until: use.expiresAt, at: now)
    }

    /// Takes back what was made for a use of break-glass.
    package func revokeRecovered(of account: AccountName, at now: Date) async throws {
        for token in try await records.tokens(of: account) where token.origin == .recovered && token.counts(at: now) {
            _ = try await records.revokeToken(token.id, at: now)
        }
    }

    /// Makes the token that a command line has from a sign-in; it ends after half a day.
    package func makeSignedIn(
        for account: Account, at now: Date
    ) async throws -> (text: TokenText, record: TokenRecord) {
        let expiry = now.addingTimeInterval(Limits.signedInTokenAge)
        return try await add(account, "signed in", .whole, .signedIn, until: expiry, at: now)
    }

    private func add(
        _ account: Account, _ label: String, _ scope: TokenScope, _ origin: TokenRecord.Origin, until expiry: Date,
        at now: Date
    ) async throws -> (text: TokenText, record: TokenRecord) {
        try account.checkAlive(at: now)
        let text = TokenText(kind: account.kind, random: random)
        let record = TokenRecord(
            id: text.id, account: account.name, digest: text.digest, label: label, scope: scope, origin: origin,
            createdAt: now, expiresAt: expiry)
        try await records.add(record, limit: Limits.tokens, at: now)
        return (text, record)
    }

    /// Takes a token back; nothing opens to it from the moment that this answers.
    package func revoke(_ id: TokenID, at now: Date) async throws {
        guard try await records.revokeToken(id, at: now) else { throw AccessError.unknownToken(id) }
    }

    /// Refuses a scope with something that the account may nowhere do: it would be a token that lies.
    private static func check(_ scope: TokenScope, of account: Account) throws(AccessError) {
        let roles = account.grants.roles
        for operation in scope.operations ?? [] {
            let rule = operation.rule
            let isPossible = !rule.open.union(rule.protected).isDisjoint(with: roles)
            guard isPossible, !(rule.needsPerson && account.kind == .service) else {
                throw .scopeBeyondRights(account.name, operation)
            }
        }
        let reach = account.grants.contains { $0.environments == .all }
        guard case .only(let names) = scope.environments, !reach else { return }
        let beyond = names.filter { account.grants.roles(in: $0).isEmpty }
        if let name = beyond.min() { throw .scopeBeyondEnvironments(account.name, name) }
    }
}

extension AccessRecords {
    /// Notes the day on which an account was seen.
    func noteSeen(_ account: Account, at now: Date) async throws {
        guard now.timeIntervalSince(account.lastSeenAt) >= Limits.accountUseGrain else { return }
        _ = try await changeAccount(account.name) { accounts in
            guard let current = accounts.first(where: { $0.name == account.name }) else {
                throw AccessError.unknownAccount(account.name)
            }
            return current.seen(at: now)
        }
    }
}

extension Date {
    /// The beginning of the hour, day or whatever the grain is.
    func rounded(to grain: TimeInterval) -> Date {
        Date(timeIntervalSince1970: (timeIntervalSince1970 / grain).rounded(.down) * grain)
    }
}
