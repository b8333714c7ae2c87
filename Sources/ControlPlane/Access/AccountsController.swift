import API
import Access
import Domain
import Foundation
import Hummingbird

/// Accounts and the proposals of their roles.
struct AccountsController: Sendable {
    let desks: AccessDesks

    func addRoutes(to router: APIRouter) {
        router.on(.identity) { _, context in
            let subject = try context.admitted().subject
            let account = try await account(of: subject)
            return try .json(
                IdentityReport(
                    account: subject.account?.rawValue, credential: subject.credential.words,
                    roles: account?.grants.map(\.words) ?? [],
                    grants: account?.grants.map(RoleGrantMessage.init) ?? []))
        }
        router.on(.accounts) { _, _ in
            let now = Date()
            return try .json(await desks.records.accounts().map { AccountReport($0, at: now) })
        }
        router.on(.disableAccount) { request, context in
            let message = try await request.message(DisableRequest.self)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            let name = try AccountName(context.parameters.require("account"))
            let account = try await desks.roles.disable(name, by: context.admitted().subject.account, at: Date())
            return try .json(AccountReport(account, at: Date()))
        }
        router.on(.revokeAccess) { _, context in
            let name = try AccountName(context.parameters.require("account"))
            try await desks.roles.revokeAll(of: name, at: Date())
            return try .json(Done("All sessions and tokens of '\(name)' are over."))
        }
        addProposalRoutes(to: router)
    }

    private func addProposalRoutes(to router: APIRouter) {
        router.on(.makeFirstAdmin) { request, context in
            let message = try await request.message(AccountRequest.self)
            guard try context.admitted().subject.credential == .machine else {
                throw AccessError.machineIsNoAdmin(admins: try await desks.roles.admins(at: Date()))
            }
            let name = try AccountName(message.account)
            _ = try await desks.roles.makeFirstAdmin(name, at: Date())
            guard let account = try await desks.records.account(name) else { throw AccessError.unknownAccount(name) }
            return try .json(AccountReport(account, at: Date()), status: .created)
        }
        router.on(.roleProposals) { _, _ in
            let now = Date()
            return try .json(await desks.records.proposals().map { RoleProposalReport($0, at: now) })
        }
        router.on(.proposeRoles) { request, context in
            let message = try await request.message(RoleProposalRequest.self)
            let proposal = try await desks.roles.propose(
                message.grants.map { try RoleGrant($0) }, for: AccountName(message.account),
                kind: message.isService ? .service : .person, because: message.reason, by: voice(context), at: Date())
            note(proposal, context)
            return try .json(RoleProposalReport(proposal, at: Date()), status: .created)
        }
        router.on(.confirmRoles) { _, context in
            let proposal = try await desks.roles.confirm(
                context.parameters.identifier("proposal"), by: voice(context), at: Date())
            note(proposal, context)
            if let account = try await desks.records.account(proposal.account) {
                context.notes.add("account_id", account.identifier)
            }
            return try .json(RoleProposalReport(proposal, at: Date()))
        }
        router.on(.refuseRoles) { _, context in
            let proposal = try await desks.roles.refuse(
                context.parameters.identifier("proposal"), by: voice(context), at: Date())
            return try .json(RoleProposalReport(proposal, at: Date()))
        }
    }

    /// Which rights it is about; whose, is personal.
    private func note(_ proposal: RoleProposal, _ context: AppRequestContext) {
        context.notes.add("proposal", proposal.id.text)
        context.notes.add("before", proposal.before?.map(\.words).joined(separator: "; ") ?? "no account")
        context.notes.add("after", proposal.after.map(\.words).joined(separator: "; "))
    }

    private func voice(_ context: AppRequestContext) throws -> RoleProposal.Voice {
        try context.admitted().subject.account.map { .account($0) } ?? .machine
    }

    private func account(of subject: Subject) async throws -> Account? {
        guard let name = subject.account else { return nil }
        return try await desks.records.account(name)
    }
}

extension RoleGrantMessage {
    init(_ grant: RoleGrant) {
        var names: [String]?
        if case .only(let environments) = grant.environments { names = environments.map(\.rawValue).sorted() }
        self.init(role: grant.role.rawValue, environments: names)
    }
}

extension RoleGrant {
    /// Takes what a message says; throws for a role that is none.
    fileprivate init(_ message: RoleGrantMessage) throws {
        guard let role = Role(rawValue: message.role) else {
            throw ControlPlaneError.invalidParameter(
                name: "role", value: message.role, expected: Role.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.init(role, in: try EnvironmentScope(message.environments))
    }
}

extension EnvironmentScope {
    /// All where none are named.
    init(_ names: [String]?) throws {
        guard let names else {
            self = .all
            return
        }
        self = .only(Set(try names.map { try EnvironmentName($0) }))
    }
}

extension AccountReport {
    init(_ account: Account, at now: Date) {
        self.init(
            name: account.name.rawValue, identifier: account.identifier, kind: account.kind.rawValue,
            grants: account.grants.map(RoleGrantMessage.init), roles: account.grants.map(\.words),
            createdAt: account.createdAt, lastSeenAt: account.lastSeenAt, disabledAt: account.disabledAt,
            disabledBy: account.disabledBy?.rawValue, isDormant: account.isDormant(at: now))
    }
}

extension RoleProposalReport {
    init(_ proposal: RoleProposal, at now: Date) {
        self.init(
            id: proposal.id, account: proposal.account.rawValue, kind: proposal.kind.rawValue,
            before: proposal.before?.map(\.words), after: proposal.after.map(\.words), reason: proposal.reason,
            proposedBy: proposal.proposedBy.name, proposedAt: proposal.proposedAt,
            state: proposal.state(at: now).rawValue, decidedBy: proposal.decidedBy?.name,
            decidedAt: proposal.decidedAt)
    }
}

extension RoleProposal.Voice {
    /// The account, or `machine`.
    fileprivate var name: String {
        switch self {
        case .account(let name): name.rawValue
        case .machine: "machine"
        }
    }
}
