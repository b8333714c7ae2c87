import Access
import Crypto
import Domain
import Foundation

/// Everything that knows people, made once from the configuration.
struct AccessDesks: Sendable {
    let records: any AccessRecords
    let failures: FailureCounter
    let tokens: TokenDesk
    let sessions: SessionDesk
    let roles: RoleDesk
    let breakGlass: BreakGlassDesk
    /// Nil where no identity provider is configured.
    let provider: IdentityProvider?
    let console: ConsoleSignIn?
    /// Nil where no VPN is configured.
    let vpn: VPNDesk?
    let networks: ProtectedNetworks
    let settings: AccessSettings

    /// Throws what is wrong with the settings.
    init(_ settings: AccessSettings, records: any AccessRecords, failures: FailureCounter) throws {
        self.records = records
        self.failures = failures
        self.settings = settings
        tokens = TokenDesk(records: records, failures: failures)
        sessions = SessionDesk(records: records, failures: failures)
        roles = RoleDesk(records: records)
        breakGlass = BreakGlassDesk(records: records, failures: failures)
        let checked = try CheckedAccess(settings)
        let provider = checked.provider.map { IdentityProvider($0) }
        self.provider = provider
        console = settings.signIn.flatMap { signIn in
            provider.map { ConsoleSignIn(provider: $0, redirect: signIn.address + ConsoleController.returnPath) }
        }
        vpn = checked.vpn.map { VPNDesk(records: records, network: $0) }
        networks = checked.networks
    }
}

/// What the settings of access mean; also made where they are only tried.
struct CheckedAccess {
    let provider: IdentityProviderSettings?
    let vpn: VPNNetwork?
    let networks: ProtectedNetworks

    /// Throws what is wrong with the settings.
    init(_ settings: AccessSettings) throws {
        provider = try settings.signIn.map { try IdentityProviderSettings($0) }
        vpn = try settings.vpn.map { try VPNNetwork($0) }
        networks = try ProtectedNetworks(settings.networks)
    }
}

extension IdentityProviderSettings {
    fileprivate init(_ settings: SignInSettings) throws(AccessError) {
        try self.init(
            issuer: settings.issuer, clientID: settings.clientID, clientSecret: settings.clientSecret,
            nameClaim: settings.isNamedByEmail ? .email : .subject, requiredGroups: Set(settings.groups),
            requiredContexts: settings.contexts)
    }
}

extension VPNNetwork {
    fileprivate init(_ settings: VPNSettings) throws(AccessError) {
        var routes: [NetworkBlock] = []
        for route in settings.routes { routes.append(try NetworkBlock(route)) }
        try self.init(
            block: NetworkBlock(settings.network), endpoint: settings.endpoint, serverPublicKey: settings.publicKey,
            routed: routes)
    }
}

/// The machine's own token, of which only the digest is kept.
struct MachineToken: Sendable {
    private let digest: SHA256.Digest

    init(_ text: String) { digest = SHA256.hash(data: Data(text.utf8)) }

    /// Digests are compared, so that the time it takes tells nothing about the token.
    func matches(_ text: String) -> Bool { SHA256.hash(data: Data(text.utf8)) == digest }
}
