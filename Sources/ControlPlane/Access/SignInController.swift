import API
import Access
import Domain
import Foundation
import Hummingbird

/// Signing in on a command line.
struct SignInController: Sendable {
    let desks: AccessDesks

    func addRoutes(to router: APIRouter) {
        router.on(.signInSettings) { _, _ in
            let settings = desks.provider?.settings
            return try .json(
                SignInReport(
                    issuer: settings?.issuer, clientID: settings?.clientID, scopes: settings?.scopes ?? []))
        }
        router.on(.signInByDevice) { request, context in
            let message = try await request.message(DeviceSignInRequest.self)
            let (now, address) = (Date(), NetworkAddress(peer: context.remoteAddress))
            do {
                let account = try await desks.account(shownByDevice: message.identityToken, at: now).account
                context.notes.add("account", account.identifier)
                let (text, record) = try await desks.tokens.makeSignedIn(for: account, at: now)
                return try .json(MadeToken(text: text.revealed, token: TokenReport(record, at: now)), status: .created)
            } catch AccessError.identityToken(let reason) {
                desks.failures.note(.address(address), at: now)
                throw AccessError.identityToken(reason)
            }
        }
    }
}

extension AccessDesks {
    /// Whose id token of the device flow it is, and when the provider saw them; each token is taken once.
    func account(
        shownByDevice token: String, since: Date? = nil, at now: Date
    ) async throws -> (account: Account, seenAt: Date?) {
        guard let provider else { throw ControlPlaneError.noSignIn }
        let identity = try await provider.identity(shownByDevice: token, since: since, at: now)
        return (try await records.account(of: identity, at: now), identity.authenticatedAt)
    }

    /// The subject with the freshest proof of identity that there is: that of its session, or an id token that it shows.
    func proven(_ subject: Subject, by token: String?, at now: Date) async throws -> Subject {
        guard let token else { return subject }
        let since = now.addingTimeInterval(-Access.Limits.freshProof)
        let (account, seenAt) = try await account(shownByDevice: token, since: since, at: now)
        guard account.name == subject.account else { throw AccessError.otherIdentity(account.name) }
        return subject.seen(at: seenAt)
    }
}
