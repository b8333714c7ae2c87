package import Domain
package import Foundation

/// Where roles are proposed and confirmed, and accounts are disabled.
///
/// It checks what a proposal must keep. Whether the caller may ask at all is `Policy`'s to say first.
package struct RoleDesk: Sendable {
    private let records: any AccessRecords

    package init(records: any AccessRecords) { self.records = records }

    /// Writes a proposal down; it changes no right before `confirm`.
    package func propose(
        _ grants: [RoleGrant], for account: AccountName, kind: Account.Kind = .person, because reason: String,
        by voice: RoleProposal.Voice, id: UUID = UUID(), at now: Date
    ) async throws -> RoleProposal {
        try await records.changeRoles { _, accounts in
            let proposal = try RoleProposal(
                id: id, account: account, kind: kind, after: grants, reason: reason, by: voice, among: accounts,
                at: now)
            return (proposal, nil)
        }
    }

    /// Puts a proposal into force.
    package func confirm(_ id: UUID, by voice: RoleProposal.Voice, at now: Date) async throws -> RoleProposal {
        try await records.changeRoles { proposals, accounts in
            guard var proposal = proposals.first(where: { $0.id == id }) else { throw AccessError.unknownProposal(id) }
            let account = try proposal.confirm(by: voice, among: accounts, at: now)
            return (proposal, account)
        }
    }

    /// Refuses or withdraws a proposal.
    package func refuse(_ id: UUID, by voice: RoleProposal.Voice, at now: Date) async throws -> RoleProposal {
        try await records.changeRoles { proposals, accounts in
            guard var proposal = proposals.first(where: { $0.id == id }) else { throw AccessError.unknownProposal(id) }
            try proposal.refuse(by: voice, among: accounts, at: now)
            return (proposal, nil)
        }
    }

    /// The very first admin, by whoever can read the machine's token file; refused once there is one.
    package func makeFirstAdmin(_ name: AccountName, id: UUID = UUID(), at now: Date) async throws -> RoleProposal {
        try await records.changeRoles { _, accounts in
            let admins = RoleProposal.admins(among: accounts, at: now)
            guard admins.isEmpty else { throw AccessError.machineIsNoAdmin(admins: admins.count) }
            let kept = accounts.first { $0.name == name }?.grants.filter { $0.role != .auditor } ?? []
            var proposal = try RoleProposal(
                id: id, account: name, kind: .person, after: kept + [RoleGrant(.admin)],
                reason: "The first admin of this installation.", by: .machine, among: accounts, at: now)
            let account = try proposal.confirm(by: .machine, among: accounts, at: now)
            return (proposal, account)
        }
    }

    /// Takes every right from an account at once: its tokens and sessions are dead when this answers.
    ///
    /// It takes one person, because it can't wait. The last admin stays.
    package func disable(_ name: AccountName, by who: AccountName?, at now: Date) async throws -> Account {
        let disabled = try await records.changeAccount(name) { accounts in
            guard let account = accounts.first(where: { $0.name == name }) else {
                throw AccessError.unknownAccount(name)
            }
            guard RoleProposal.admins(among: accounts, at: now) != [name] else { throw AccessError.lastAdmin(name) }
            return account.disabled(by: who, at: now)
        }
        // They opened nothing any more; nor shall they once the account is enabled again.
        try await revokeAll(of: name, at: now)
        return disabled
    }

    /// Ends all sessions, tokens and break-glass codes of an account, which stays what it is.
    package func revokeAll(of name: AccountName, at now: Date) async throws {
        guard try await records.account(name) != nil else { throw AccessError.unknownAccount(name) }
        try await records.endSessions(of: name)
        try await records.revokeTokens(of: name, at: now)
        try await records.setRecoveryCodes([], of: name)
    }

    /// How many people are there who decide about roles; with one, the machine's token file is no master key any more.
    package func admins(at now: Date) async throws -> Int {
        try await RoleProposal.admins(among: records.accounts(), at: now).count
    }

    /// Everybody who could approve in an environment and whose account counts.
    package func approvers(in environment: EnvironmentName, at now: Date) async throws -> [AccountName] {
        try await records.accounts().approvers(in: environment, at: now)
    }
}

extension [Account] {
    /// People who could approve in a protected environment.
    package func approvers(in environment: EnvironmentName, at now: Date) -> [AccountName] {
        let needed = Permission.approve.rule.protected
        return filter { account in
            account.kind == .person && !account.isDead(at: now)
                && !account.grants.roles(in: environment).isDisjoint(with: needed)
        }.map(\.name).sorted()
    }
}
