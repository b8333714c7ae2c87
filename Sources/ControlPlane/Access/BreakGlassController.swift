import API
import Access
import Domain
import Foundation
import Hummingbird

/// Break-glass: somebody on call acts alone, everybody is told, and somebody else looks at it afterwards.
struct BreakGlassController: Sendable {
    let desks: AccessDesks
    let gatekeeper: Gatekeeper
    let notice: BreakGlassNotice

    func addRoutes(to router: APIRouter) {
        router.on(.breakGlassUses) { _, _ in
            let now = Date()
            return try .json(await desks.breakGlass.uses().map { BreakGlassReport($0, at: now) })
        }
        router.on(.startBreakGlass) { request, context in
            let message = try await request.message(BreakGlassRequest.self)
            let (admission, now) = (try context.admitted(), Date())
            let subject = try await desks.proven(admission.subject, by: message.identityToken, at: now)
            guard let environment = admission.environment else { throw HTTPError(.badRequest) }
            let use = try await desks.breakGlass.start(
                BreakGlass.Request(
                    environment: environment, reason: message.reason, incident: message.incident,
                    duration: Double(message.minutes) * 60), by: subject, at: now)
            begun(use, by: subject.identifier ?? "", context)
            return try .json(BreakGlassReport(use, at: now), status: .created)
        }
        router.on(.recoverBreakGlass) { request, context in
            let message = try await request.message(BreakGlassRecovery.self)
            return try .json(await recover(message, context), status: .created)
        }
        router.on(.endBreakGlass) { _, context in
            guard let account = try context.admitted().subject.account else { throw HTTPError(.forbidden) }
            let use = try await desks.breakGlass.end(Self.use(context), by: account, at: Date())
            try await desks.tokens.revokeRecovered(of: use.account, at: Date())
            context.notes.add("use", use.id.text)
            notice.wake()
            return try .json(BreakGlassReport(use, at: Date()))
        }
        router.on(.reviewBreakGlass) { request, context in
            let message = try await request.message(BreakGlassReviewRequest.self)
            guard let account = try context.admitted().subject.account else { throw HTTPError(.forbidden) }
            let use = try await desks.breakGlass.review(
                Self.use(context), by: account, isJustified: message.isJustified, note: message.note, at: Date())
            context.notes.add("use", use.id.text)
            context.notes.add("is_justified", "\(message.isJustified)")
            return try .json(BreakGlassReport(use, at: Date()))
        }
        router.on(.makeRecoveryCodes) { request, context in
            let message = try await request.message(RecoveryCodesRequest.self)
            let (admission, now) = (try context.admitted(), Date())
            let subject = try await desks.proven(admission.subject, by: message.identityToken, at: now)
            let codes = try await desks.breakGlass.makeCodes(for: subject, at: now)
            return try .json(RecoveryCodes(codes: codes.map(\.revealed)), status: .created)
        }
    }

    static func use(_ context: AppRequestContext) throws -> UUID { try context.parameters.identifier("use") }

    /// Opens it by a code, for somebody whom nobody else can vouch for at the moment.
    private func recover(_ message: BreakGlassRecovery, _ context: AppRequestContext) async throws -> RecoveredAccess {
        let (now, address) = (Date(), NetworkAddress(peer: context.remoteAddress))
        let name = try AccountName(message.account)
        let environment = gatekeeper.environment(try EnvironmentName(message.environment))
        guard gatekeeper.environments[environment.name] != nil else {
            throw ControlPlaneError.unknownEnvironment(
                message.environment, known: gatekeeper.environments.keys.sorted())
        }
        try desks.networks.check(address, for: environment)
        let use = try await desks.breakGlass.start(
            BreakGlass.Request(
                environment: environment, reason: message.reason, incident: message.incident,
                duration: Double(message.minutes) * 60), by: name, code: message.code, from: address, at: now)
        guard let account = try await desks.records.account(name) else { throw AccessError.unknownAccount(name) }
        begun(use, by: account.identifier, context)
        let token = try await desks.tokens.makeRecovered(for: account, in: use, at: now)
        return RecoveredAccess(use: BreakGlassReport(use, at: now), token: token.text.revealed)
    }

    private func begun(_ use: BreakGlass, by identifier: String, _ context: AppRequestContext) {
        context.notes.add("use", use.id.text)
        context.notes.add("environment", use.environment.rawValue)
        context.notes.add("by", identifier)
        context.notes.add("expires", use.expiresAt.formatted(.iso8601))
        notice.wake()
    }
}

extension BreakGlassReport {
    init(_ use: BreakGlass, at now: Date) {
        self.init(
            id: use.id, account: use.account.rawValue, environment: use.environment.rawValue, reason: use.reason,
            incident: use.incident, proof: use.proof == .recoveryCode ? "recovery_code" : "identity_provider",
            startedAt: use.startedAt, expiresAt: use.expiresAt, endedAt: use.endedAt, endedBy: use.endedBy?.rawValue,
            told: use.told.map(\.rawValue), participants: use.participants.map(\.rawValue).sorted(),
            state: use.state(at: now).word, reviewedBy: use.review?.by.rawValue, isJustified: use.review?.isJustified,
            note: use.review?.note)
    }
}

extension BreakGlass.State {
    fileprivate var word: String {
        switch self {
        case .active: "active"
        case .awaitingReview: "awaiting_review"
        case .overdue: "overdue"
        case .reviewed: "reviewed"
        }
    }
}
