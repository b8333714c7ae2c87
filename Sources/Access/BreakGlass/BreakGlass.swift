package import Domain
package import Foundation

/// One use of break-glass: somebody on call acts alone in a protected environment, for at most an hour.
///
/// It is `active` until it is ended or its time is over; then it is `awaitingReview`, and after a day without one it is
/// `overdue`, which closes break-glass for everybody, until it is `reviewed`.
package struct BreakGlass: Codable, Equatable, Sendable, Identifiable {
    /// How far a use has come.
    package enum State: String, Codable, Sendable {
        /// Exits: awaitingReview, by an end or by time.
        case active
        /// Exits: reviewed; overdue by time.
        case awaitingReview
        /// Exits: reviewed.
        case overdue
        case reviewed
    }

    /// What an independent person says afterwards.
    package struct Review: Codable, Equatable, Sendable {
        package let by: AccountName
        package let at: Date
        /// Whether the use was justified.
        package let isJustified: Bool
        package let note: String
    }

    /// How its starter has just shown who they are.
    package enum Proof: Codable, Equatable, Sendable {
        /// The identity provider has seen them.
        case identityProvider(authenticatedAt: Date)
        /// A single-use code, which works with the provider down.
        case recoveryCode
    }

    package let id: UUID
    package let account: AccountName
    package let environment: EnvironmentName
    package let reason: String
    /// The incident that it is for, as its system names it.
    package let incident: String
    package let proof: Proof
    package let startedAt: Date
    package let expiresAt: Date
    /// Everybody who could have approved; each must be told at once.
    package let told: [AccountName]
    /// Who acted under it beside its starter.
    package private(set) var participants: Set<AccountName>
    package private(set) var endedAt: Date?
    package private(set) var endedBy: AccountName?
    package private(set) var review: Review?

    package func state(at now: Date) -> State {
        if review != nil { return .reviewed }
        if endedAt == nil, now < expiresAt { return .active }
        return now < reviewDue ? .awaitingReview : .overdue
    }

    /// When it was over, or will be.
    package var end: Date { endedAt ?? expiresAt }

    /// By when it must have been reviewed.
    package var reviewDue: Date { end.addingTimeInterval(Limits.reviewAge) }

    /// What a decision needs of it; nil once it is over.
    package func pass(at now: Date) -> BreakGlassPass? {
        state(at: now) == .active ? BreakGlassPass(use: id, environment: environment, expiresAt: expiresAt) : nil
    }

    /// Ends it before its time; whoever could approve may do that too.
    package mutating func end(by who: AccountName, among accounts: [Account], at now: Date) throws(AccessError) {
        guard state(at: now) == .active else { throw .breakGlassOver(id) }
        guard who == account || accounts.approvers(in: environment, at: now).contains(who) else {
            throw .notToEnd(who)
        }
        (endedAt, endedBy) = (now, who)
    }

    /// Notes somebody who acted under it, and who so can't review it.
    package mutating func note(participant: AccountName, at now: Date) throws(AccessError) {
        guard state(at: now) == .active else { throw .breakGlassOver(id) }
        if participant != account { participants.insert(participant) }
    }

    /// Closes it by the judgement of somebody who had no part in it.
    package mutating func review(
        by who: AccountName, isJustified: Bool, note: String, at now: Date
    ) throws(AccessError) {
        switch state(at: now) {
        case .active: throw .breakGlassActive(id)
        case .reviewed: throw .reviewedAlready(id)
        case .awaitingReview, .overdue: break
        }
        guard who != account, !participants.contains(who) else { throw .reviewByParticipant(who) }
        review = try Review(by: who, at: now, isJustified: isJustified, note: AccessError.words(note, of: "note"))
    }
}

extension BreakGlass {
    /// What somebody on call asks for.
    package struct Request: Sendable {
        package let environment: AccessedEnvironment
        package let reason: String
        package let incident: String
        /// At most an hour.
        package let duration: TimeInterval

        package init(
            environment: AccessedEnvironment, reason: String, incident: String,
            duration: TimeInterval = Limits.breakGlassAge
        ) {
            self.environment = environment
            self.reason = reason
            self.incident = incident
            self.duration = duration
        }
    }

    /// Begins a use; throws what speaks against it. `uses` are the earlier ones.
    package init(
        id: UUID, _ request: Request, by account: Account, proof: Proof, uses: [BreakGlass], accounts: [Account],
        at now: Date
    ) throws(AccessError) {
        let environment = request.environment.name
        try Self.check(account, may: request, at: now)
        try Self.check(proof, at: now)
        if let overdue = uses.first(where: { $0.state(at: now) == .overdue }) { throw .reviewOverdue(overdue.id) }
        let isOpen = uses.contains {
            $0.state(at: now) == .active && $0.environment == environment && $0.account == account.name
        }
        guard !isOpen else { throw .breakGlassOpenAlready(environment) }
        reason = try AccessError.words(request.reason, of: "reason")
        guard reason.count >= Limits.shortestReason else { throw .reasonTooShort(Limits.shortestReason) }
        incident = try AccessError.words(request.incident, of: "incident")
        guard request.duration >= 60, request.duration <= Limits.breakGlassAge else { throw .breakGlassDuration }
        self.id = id
        self.account = account.name
        self.environment = environment
        self.proof = proof
        startedAt = now
        expiresAt = now.addingTimeInterval(request.duration)
        told = accounts.approvers(in: environment, at: now).filter { $0 != account.name }
        participants = []
    }

    private static func check(_ account: Account, may request: Request, at now: Date) throws(AccessError) {
        try account.checkAlive(at: now)
        guard request.environment.isProtected else { throw .breakGlassUnprotected(request.environment.name) }
        let roles = account.grants.roles(in: request.environment.name)
        guard account.kind == .person, roles.contains(.onCall), !account.grants.roles.auditsItself else {
            throw .notOnCall(account.name, request.environment.name)
        }
    }

    private static func check(_ proof: Proof, at now: Date) throws(AccessError) {
        guard case .identityProvider(let authenticatedAt) = proof else { return }
        let age = now.timeIntervalSince(authenticatedAt)
        guard age <= Limits.freshProof, age >= -Limits.clockLeeway else { throw .proofNotFresh }
    }
}
