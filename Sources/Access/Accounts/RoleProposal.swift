package import Foundation

/// One admin's proposal of somebody's roles, which counts when a second admin has confirmed it.
///
/// `proposed` goes to `confirmed`, `refused`, `withdrawn` or, by time alone, `expired`; none of these goes anywhere.
package struct RoleProposal: Codable, Equatable, Sendable, Identifiable {
    /// How far a proposal has come.
    package enum State: String, Codable, Sendable {
        /// Waits for a second person. Exits: confirmed, refused, withdrawn, expired.
        case proposed
        case confirmed
        case refused
        case withdrawn
        case expired
    }

    /// Who proposes or confirms.
    package enum Voice: Codable, Hashable, Sendable {
        case account(AccountName)
        /// Whoever can read the machine's token file; counts only while there are fewer than two admins.
        case machine

        package var words: String {
            switch self {
            case .account(let name): "'\(name)'"
            case .machine: "the machine's token file"
            }
        }
    }

    package let id: UUID
    package let account: AccountName
    package let kind: Account.Kind
    /// What the account had when this was proposed; nil for a new account.
    package let before: [RoleGrant]?
    package let after: [RoleGrant]
    package let reason: String
    package let proposedBy: Voice
    package let proposedAt: Date
    package private(set) var outcome: State?
    package private(set) var decidedBy: Voice?
    package private(set) var decidedAt: Date?

    package func state(at now: Date) -> State {
        outcome ?? (now.timeIntervalSince(proposedAt) > Limits.proposalAge ? .expired : .proposed)
    }

    /// Proposes roles for an account that is there or is to be made.
    package init(
        id: UUID, account: AccountName, kind: Account.Kind, after: [RoleGrant], reason: String, by voice: Voice,
        among accounts: [Account], at now: Date
    ) throws(AccessError) {
        let existing = accounts.first { $0.name == account }
        if let existing, existing.kind != kind { throw .otherKind(account, existing.kind) }
        if existing == nil, accounts.count >= Limits.accounts { throw .tooMany("accounts", limit: Limits.accounts) }
        try after.check(for: account, kind: kind)
        self.id = id
        self.account = account
        self.kind = kind
        before = existing?.grants
        self.after = after
        self.reason = try AccessError.words(reason, of: "reason")
        proposedBy = voice
        proposedAt = now
        try check(voice, among: accounts, at: now)
        try checkAdminsRemain(among: accounts, at: now)
    }

    /// Puts the proposal into force; answers the account as it is from now on.
    package mutating func confirm(
        by voice: Voice, among accounts: [Account], at now: Date
    ) throws(AccessError) -> Account {
        try checkOpen(at: now)
        guard voice != proposedBy || isFirstAdmin(among: accounts, at: now) else { throw .selfConfirmation(id) }
        guard voice != .account(account) else { throw .ownRoles(id) }
        try check(voice, among: accounts, at: now)
        let existing = accounts.first { $0.name == account }
        let isDisabledSince = existing?.disabledAt.map { $0 > proposedAt } ?? false
        guard existing?.grants == before, !isDisabledSince else { throw .rolesChangedMeanwhile(account) }
        try checkAdminsRemain(among: accounts, at: now)
        decide(.confirmed, by: voice, at: now)
        var confirmed = existing ?? Account(name: account, kind: kind, grants: [], createdAt: now)
        confirmed.grants = after
        // Giving roles to a disabled account is how it is enabled again: two people have looked at it.
        (confirmed.disabledAt, confirmed.disabledBy) = (nil, nil)
        confirmed.lastSeenAt = now
        return confirmed
    }

    /// Ends the proposal without effect; whoever proposed it withdraws it, another admin refuses it.
    package mutating func refuse(by voice: Voice, among accounts: [Account], at now: Date) throws(AccessError) {
        try checkOpen(at: now)
        try check(voice, among: accounts, at: now)
        decide(voice == proposedBy ? .withdrawn : .refused, by: voice, at: now)
    }
}

extension RoleProposal {
    private mutating func decide(_ outcome: State, by voice: Voice, at now: Date) {
        (self.outcome, decidedBy, decidedAt) = (outcome, voice, now)
    }

    private func checkOpen(at now: Date) throws(AccessError) {
        let state = state(at: now)
        guard state == .proposed else { throw .proposalClosed(id, state) }
    }

    /// The very first admin comes from the machine's token file alone: there is nobody else yet.
    private func isFirstAdmin(among accounts: [Account], at now: Date) -> Bool {
        proposedBy == .machine && Self.admins(among: accounts, at: now).isEmpty
            && after.roles.contains(.admin)
    }

    private func check(_ voice: Voice, among accounts: [Account], at now: Date) throws(AccessError) {
        let admins = Self.admins(among: accounts, at: now)
        switch voice {
        case .machine:
            guard admins.count < 2 else { throw .machineIsNoAdmin(admins: admins.count) }
        case .account(let name):
            guard admins.contains(name) else { throw .notAdmin(name) }
        }
    }

    /// Without an admin nobody could propose anything any more.
    private func checkAdminsRemain(among accounts: [Account], at now: Date) throws(AccessError) {
        let admins = Self.admins(among: accounts, at: now)
        let loses = admins.contains(account) && !after.roles.contains(.admin)
        guard !loses || admins.count > 1 else { throw .lastAdmin(account) }
    }

    /// People who are admins and whose accounts count.
    package static func admins(among accounts: [Account], at now: Date) -> [AccountName] {
        accounts.filter { $0.kind == .person && $0.grants.roles.contains(.admin) && !$0.isDead(at: now) }.map(\.name)
    }
}
