package import Foundation

/// Signs somebody in on a command line: the device flow, from the side that waits (RFC 8628).
///
/// It ends with an id token, which the control plane takes (`IdentityProvider.identity(shownByDevice:)`).
package struct DeviceSignIn: Sendable {
    /// What the person is asked to do.
    package struct Invitation: Sendable, Equatable {
        /// To be typed at `address`.
        package let userCode: String
        package let address: String
        /// With the code in it; nil where the provider has none.
        package let completeAddress: String?
        package let expiresAt: Date

        let deviceCode: String
        let interval: Int
    }

    private struct Document: Decodable {
        let device_code: String
        let user_code: String
        let verification_uri: String
        let verification_uri_complete: String?
        let expires_in: Double
        let interval: Int?
    }

    private let provider: IdentityProvider

    package init(provider: IdentityProvider) { self.provider = provider }

    /// Asks for a code; throws where the provider has no device flow.
    package func begin(at now: Date) async throws -> Invitation {
        guard let endpoint = try await provider.metadata(at: now).deviceEndpoint else {
            throw AccessError.noDeviceFlow(provider.settings.issuer)
        }
        let (status, body) = try await provider.post([("scope", provider.settings.scope)], to: endpoint)
        guard status == 200, let said = try? JSONDecoder().decode(Document.self, from: body) else {
            throw AccessError.provider(
                "it gave no code for this device (\(TokenAnswer(body).error ?? "status \(status)"))")
        }
        guard ProviderAddress.mayBeAsked(said.verification_uri) else {
            throw AccessError.provider("it wants people to go to \(said.verification_uri.told)")
        }
        let complete = said.verification_uri_complete.flatMap { ProviderAddress.mayBeAsked($0) ? $0.told : nil }
        return Invitation(
            userCode: said.user_code.told, address: said.verification_uri.told, completeAddress: complete,
            expiresAt: now.addingTimeInterval(min(said.expires_in, Limits.deviceAge)), deviceCode: said.device_code,
            interval: min(max(said.interval ?? Limits.deviceInterval, 1), Limits.longestDeviceInterval))
    }

    /// Waits until the person has agreed, and answers the id token.
    ///
    /// `pause` waits between two questions and is what makes it cancellable; `clock` says what time it is. A provider
    /// that asks to slow down is asked five seconds later from then on; one that can't be reached is asked again, each
    /// time after twice as long (3.5).
    package func wait(
        for invitation: Invitation, clock: @Sendable () -> Date,
        pause: @Sendable (Duration) async throws -> Void
    ) async throws -> String {
        let endpoint = try await provider.metadata(at: clock()).tokenEndpoint
        var interval = invitation.interval
        while true {
            try await pause(.seconds(interval))
            guard clock() < invitation.expiresAt else { throw AccessError.deviceCodeExpired }
            switch await ask(invitation, at: endpoint) {
            case .token(let token): return token
            case .pending: continue
            case .slower: interval = min(interval + Limits.deviceInterval, Limits.longestDeviceInterval)
            case .unreachable: interval = min(interval * 2, Limits.longestDeviceInterval)
            case .over(let error): throw error
            }
        }
    }

    private enum Reply {
        case token(String)
        case pending
        case slower
        case unreachable
        case over(AccessError)
    }

    private func ask(_ invitation: Invitation, at endpoint: String) async -> Reply {
        let grant = "urn:ietf:params:oauth:grant-type:device_code"
        let answered: (status: Int, body: Data)
        do throws(AccessError) {
            answered = try await provider.post(
                [("grant_type", grant), ("device_code", invitation.deviceCode)], to: endpoint)
        } catch {
            if case .providerUnreachable = error { return .unreachable }
            return .over(error)
        }
        let answer = TokenAnswer(answered.body)
        switch (answered.status, answer.error) {
        case (200, _):
            return answer.identityToken.map { .token($0) } ?? .over(.provider("it answered without an id token"))
        case (_, "authorization_pending"): return .pending
        case (_, "slow_down"): return .slower
        case (_, "access_denied"): return .over(.provider("the sign-in was refused there"))
        case (_, "expired_token"): return .over(.deviceCodeExpired)
        case (500..., _): return .unreachable
        case (let status, let error): return .over(.provider("it ended the sign-in (\(error ?? "status \(status)"))"))
        }
    }
}
