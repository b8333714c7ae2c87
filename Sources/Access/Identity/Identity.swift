import Domain
package import Foundation

/// Somebody whom the identity provider has just vouched for.
package struct Identity: Sendable, Equatable {
    /// The name of the account that the configured claim means.
    package let name: AccountName
    package let link: Account.IdentityLink
    /// As the provider lists them; no role comes from them.
    package let groups: [String]
    /// When the provider last saw the person itself; nil where it does not say, and then this proves nothing fresh.
    package let authenticatedAt: Date?
    /// How it was seen (`acr`), where the provider says.
    package let context: String?

    init(_ claims: IdentityClaims, settings: IdentityProviderSettings) throws(AccessError) {
        let text: String
        switch settings.nameClaim {
        case .subject: text = claims.subject
        case .email:
            guard let email = claims.email else { throw .identityToken("it has no email; ask for the scope 'email'") }
            guard claims.hasVerifiedEmail else { throw .emailNotVerified(email.told) }
            text = email.lowercased()
        }
        guard let name = AccountName(rawValue: text) else {
            throw .identityToken("'\(text.told)' can't be the name of an account: use \(AccountName.rule)")
        }
        let isMember = settings.requiredGroups.isEmpty || !settings.requiredGroups.isDisjoint(with: claims.groups)
        guard isMember else { throw .notInGroup(name, settings.requiredGroups.sorted()) }
        self.name = name
        link = Account.IdentityLink(issuer: settings.issuer, subject: claims.subject)
        groups = claims.groups
        authenticatedAt = claims.authenticatedAt
        context = claims.context
    }
}

extension AccessRecords {
    /// The account of somebody whom the provider vouches for; the first sign-in links the two for good.
    ///
    /// Nobody gets an account by signing in: two admins give it.
    package func account(of identity: Identity, at now: Date) async throws -> Account {
        guard let account = try await account(identity.name) else { throw AccessError.noAccount(identity.name) }
        try account.checkAlive(at: now)
        guard account.kind == .person else { throw AccessError.sessionNeedsPerson(account.name) }
        if let link = account.identity {
            guard link == identity.link else { throw AccessError.otherIdentity(account.name) }
            return account
        }
        return try await changeAccount(identity.name) { accounts in
            guard let current = accounts.first(where: { $0.name == identity.name }) else {
                throw AccessError.noAccount(identity.name)
            }
            guard current.identity == nil || current.identity == identity.link else {
                throw AccessError.otherIdentity(current.name)
            }
            return current.linked(to: identity.link)
        }
    }
}
