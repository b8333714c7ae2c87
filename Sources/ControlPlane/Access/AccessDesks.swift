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
        let provider = try settings.signIn.map { try IdentityProvider(IdentityProviderSettings($0)) }
        self.provider = provider
        console = settings.signIn.flatMap { signIn in
            provider.map { ConsoleSignIn(provider: $0, redirect: signIn.address + ConsoleController.returnPath) }
        }
        vpn = try settings.vpn.map { VPNDesk(records: records, network: try VPNNetwork($0)) }
        networks = try ProtectedNetworks(settings.networks)
    }

    /// Throws what is wrong with the settings; for a configuration that is only tried.
    static func check(_ settings: AccessSettings) throws {
        if let signIn = settings.signIn { _ = try IdentityProviderSettings(signIn) }
        if let vpn = settings.vpn { _ = try VPNNetwork(vpn) }
        _ = try ProtectedNetworks(settings.networks)
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
