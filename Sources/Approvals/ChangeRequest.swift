package import Access
package import Domain
package import Foundation

/// Somebody's wish to change a protected environment, which is carried out when others have agreed to exactly that change.
///
/// It is `waiting` until everybody who is needed has approved, then `approved` until it is carried out (`done`). It ends
/// without effect when it is `rejected`, `withdrawn`, `void` because what was approved is not what would be done any more,
/// or by time alone `expired`, a day after it was made.
package struct ChangeRequest: Codable, Equatable, Sendable, Identifiable {
    /// How far a request has come.
    package enum State: String, Codable, Sendable {
        /// Exits: approved, rejected, withdrawn, void; expired by time.
        case waiting
        /// Exits: done, rejected, withdrawn, void; expired by time.
        case approved
        case done
        case rejected
        case withdrawn
        case void
        case expired
    }

    /// What is to be done.
    package enum Change: Codable, Equatable, Sendable {
        case deploy(ReleaseReference, strategy: VerdictPolicy.Strategy?)
        /// Take away from the database what no serving or kept release uses any more, by the contract steps of the release.
        case contract(ReleaseReference)
    }

    /// How a request ended.
    package struct Ending: Codable, Equatable, Sendable {
        package let state: State
        /// Nil where nobody but Switchyard ended it.
        package let by: AccountName?
        package let at: Date
        package let reason: String?
        /// The deployment that it became.
        package let deployment: DeploymentID?
    }

    package let id: UUID
    package let environment: EnvironmentName
    package let change: Change
    /// What was approved, byte for byte: the plan's digest.
    package let digest: String
    package let requestedBy: AccountName
    /// Who wrote the commits of the release, as it says; none of them approves it.
    package let authors: [String]
    /// Roles of which each needs one person of its own.
    package let needs: [Role]
    package let reason: String?
    package let createdAt: Date
    package private(set) var approvals: [Approval]
    package private(set) var ending: Ending?

    /// Makes a request; what needs approval says who is needed.
    package init(
        id: UUID, environment: EnvironmentName, change: Change, digest: String, requestedBy: AccountName,
        authors: [String], needs: [Role], reason: String?, createdAt: Date
    ) {
        self.id = id
        self.environment = environment
        self.change = change
        self.digest = digest
        self.requestedBy = requestedBy
        self.authors = authors
        self.needs = needs
        self.reason = reason
        self.createdAt = createdAt
        approvals = []
    }

    /// Who must agree to a change: a release manager, and a DBA where it changes the schema.
    package static func needs(hasMigrations: Bool) -> [Role] {
        hasMigrations ? [.releaseManager, .dba] : [.releaseManager]
    }

    /// When it ends by itself.
    package var expiresAt: Date { createdAt.addingTimeInterval(Limits.requestAge) }

    package func state(at now: Date) -> State {
        if let ending { return ending.state }
        if now >= expiresAt { return .expired }
        return missing.isEmpty ? .approved : .waiting
    }
}

/// One person's yes to one digest.
package struct Approval: Codable, Equatable, Sendable {
    package let by: AccountName
    /// The roles that count here, as they were at that time.
    package let roles: [Role]
    package let at: Date
    package let note: String?
}

// MARK: - Who has agreed

extension ChangeRequest {
    /// The roles of which nobody has agreed yet: no person counts for two.
    package var missing: [Role] { Self.unmet(needs[...], by: approvals) }

    /// The fewest needs that stay open, whoever counts for which.
    private static func unmet(_ needs: ArraySlice<Role>, by approvals: [Approval]) -> [Role] {
        guard let need = needs.first else { return [] }
        var fewest = [need] + unmet(needs.dropFirst(), by: approvals)
        for index in approvals.indices where approvals[index].roles.contains(need) {
            var others = approvals
            others.remove(at: index)
            let rest = unmet(needs.dropFirst(), by: others)
            if rest.count < fewest.count { fewest = rest }
        }
        return fewest
    }

    /// Adds somebody's yes; `digest` is what they have seen.
    package mutating func approve(
        by account: Account, digest seen: String, note: String?, at now: Date
    ) throws(ApprovalError) {
        try checkOpen(at: now)
        guard account.kind == .person else { throw .notAPerson(account.name) }
        guard account.name != requestedBy else { throw .ownRequest(id) }
        if let author = authors.first(where: { Self.isOne(account.name, of: $0) }) {
            throw .ownCommit(account.name, author: author)
        }
        guard !approvals.contains(where: { $0.by == account.name }) else { throw .approvedAlready(account.name) }
        guard seen == digest else { throw .otherDigest(seen: seen, wanted: digest) }
        let roles = account.grants.roles(in: environment)
        let counting = needs.filter { roles.contains(RoleSet($0)) }
        guard !counting.isEmpty else { throw .roleMissing(account.name, needs) }
        approvals.append(Approval(by: account.name, roles: counting, at: now, note: note))
    }

    /// Ends it without effect: whoever made it withdraws it, somebody else rejects it.
    package mutating func reject(by name: AccountName, because reason: String, at now: Date) throws(ApprovalError) {
        try checkOpen(at: now)
        guard !reason.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else { throw .reasonMissing }
        end(name == requestedBy ? .withdrawn : .rejected, by: name, at: now, because: reason)
    }

    /// Notes that it was carried out.
    package mutating func complete(as deployment: DeploymentID?, at now: Date) throws(ApprovalError) {
        guard state(at: now) == .approved else { throw .notApproved(id) }
        ending = Ending(state: .done, by: nil, at: now, reason: nil, deployment: deployment)
    }

    /// Ends it because what was approved is not what would be done now.
    package mutating func void(because reason: String, at now: Date) throws(ApprovalError) {
        try checkOpen(at: now)
        end(.void, by: nil, at: now, because: reason)
    }

    private mutating func end(_ state: State, by name: AccountName?, at now: Date, because reason: String?) {
        ending = Ending(state: state, by: name, at: now, reason: reason, deployment: nil)
    }

    private func checkOpen(at now: Date) throws(ApprovalError) {
        let state = state(at: now)
        guard state == .waiting || state == .approved else { throw .requestClosed(id, state) }
    }

    /// Whether an author, "Ana Ruiz <ana@example.com>", is the account 'ana@example.com'.
    private static func isOne(_ name: AccountName, of author: String) -> Bool {
        let lower = author.lowercased()
        return lower == name.rawValue || lower.hasSuffix("<\(name.rawValue)>")
    }
}
