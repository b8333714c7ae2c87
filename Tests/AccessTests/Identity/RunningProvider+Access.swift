import Access
import Foundation
import TestSupport

extension RunningProvider {
    func settings(
        secret: String? = nil, name: IdentityProviderSettings.NameClaim = .email, groups: Set<String> = [],
        contexts: [String] = []
    ) throws -> IdentityProviderSettings {
        try IdentityProviderSettings(
            issuer: issuer, clientID: "switchyard", clientSecret: secret, nameClaim: name, requiredGroups: groups,
            requiredContexts: contexts)
    }

    /// Agrees to what a sign-in asks for, and answers what the browser brings back to us.
    func visit(_ address: String, as sub: String = "ana", denying: Bool = false) async throws -> ConsoleSignIn.Answer {
        let items =
            URLComponents(string: try await location(from: address, as: sub, denying: denying))?.queryItems ?? []
        func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
        return ConsoleSignIn.Answer(
            code: value("code"), state: value("state"), issuer: value("iss"), error: value("error"))
    }
}
