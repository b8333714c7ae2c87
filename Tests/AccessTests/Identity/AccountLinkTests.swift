import Access
import Foundation
import TestSupport
import Testing

/// Who the provider vouches for, and whose account that is.
@Suite(.timeLimit(.minutes(2)))
struct AccountLinkTests {
    private func identity(_ provider: RunningProvider, of sub: String) async throws -> Identity {
        let signIn = try ConsoleSignIn(
            provider: IdentityProvider(provider.settings()), redirect: RunningProvider.redirect)
        let departure = try await signIn.begin(at: Date())
        let answer = try await provider.visit(departure.url, as: sub)
        return try await signIn.finish(
            answer, cookieHeader: String(departure.setCookie.prefix { $0 != ";" }), at: Date()
        ).identity
    }

    @Test func `an account is linked by its first sign-in, and a name that moves on opens nothing`() async throws {
        try await RunningProvider.with { provider in
            try await AccessFixture.with { access in
                let ana = try await identity(provider, of: "ana")
                await #expect(throws: AccessError.noAccount(ana.name)) {
                    try await access.records.account(of: ana, at: Date())
                }
                try await access.add("ana@example.com", [RoleGrant(.developer)], at: Date())
                let account = try await access.records.account(of: ana, at: Date())
                #expect(account.identity == ana.link)
                #expect(try await access.records.account(of: ana, at: Date()) == account)
                try await provider.set("heir", claims: ["email": "ana@example.com", "email_verified": true])
                let heir = try await identity(provider, of: "heir")
                #expect(heir.name == ana.name)
                await #expect(throws: AccessError.otherIdentity(ana.name)) {
                    try await access.records.account(of: heir, at: Date())
                }
                _ = try await access.roles.disable(ana.name, by: nil, at: Date())
                await #expect(throws: AccessError.disabled(ana.name)) {
                    try await access.records.account(of: ana, at: Date())
                }
            }
        }
    }

    @Test func `a service account signs in to nothing`() async throws {
        try await RunningProvider.with { provider in
            try await AccessFixture.with { access in
                try await access.add("ana@example.com", [RoleGrant(.developer)], kind: .service, at: Date())
                let ana = try await identity(provider, of: "ana")
                await #expect(throws: AccessError.sessionNeedsPerson(ana.name)) {
                    try await access.records.account(of: ana, at: Date())
                }
            }
        }
    }
}
