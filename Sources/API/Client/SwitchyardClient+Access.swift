package import Domain
package import Foundation

/// People, tokens, sign-in and the VPN.
extension SwitchyardClient {
    /// Who asks.
    package func identity() async throws -> IdentityReport { try await get(.identity) }

    package func accounts() async throws -> [AccountReport] { try await get(.accounts) }

    /// Makes the first admin; only by the machine's token file.
    package func makeFirstAdmin(_ request: AccountRequest) async throws -> AccountReport {
        try await send(.makeFirstAdmin, body: request)
    }

    package func disable(_ account: String, because reason: String) async throws -> AccountReport {
        try await send(.disableAccount, ["account": account], body: DisableRequest(reason: reason))
    }

    /// Ends all sessions and tokens of an account.
    @discardableResult
    package func revokeAccess(of account: String) async throws -> Done {
        try await get(.revokeAccess, ["account": account])
    }

    /// Newest first.
    package func roleProposals() async throws -> [RoleProposalReport] { try await get(.roleProposals) }

    package func propose(_ request: RoleProposalRequest) async throws -> RoleProposalReport {
        try await send(.proposeRoles, body: request)
    }

    package func confirmRoles(_ proposal: UUID) async throws -> RoleProposalReport {
        try await send(.confirmRoles, ["proposal": proposal.text], body: [String: String]())
    }

    package func refuseRoles(_ proposal: UUID) async throws -> RoleProposalReport {
        try await get(.refuseRoles, ["proposal": proposal.text])
    }

    /// Tokens of an account, one's own where none is named.
    package func tokens(of account: String? = nil) async throws -> [TokenReport] {
        try await get(.tokens, query: ["account": account].compactMapValues { $0 })
    }

    package func makeToken(_ request: TokenRequest) async throws -> MadeToken {
        try await send(.makeToken, body: request)
    }

    @discardableResult
    package func revokeToken(_ id: String) async throws -> Done { try await get(.revokeToken, ["token": id]) }

    /// What signing in needs; asked without a token.
    package func signInSettings() async throws -> SignInReport { try await get(.signInSettings) }

    /// Takes an id token of the device flow for a token.
    package func signIn(_ request: DeviceSignInRequest) async throws -> MadeToken {
        try await send(.signInByDevice, body: request)
    }

    package func peers() async throws -> [PeerReport] { try await get(.peers) }

    package func addPeer(_ request: PeerRequest) async throws -> AddedPeer { try await send(.addPeer, body: request) }

    @discardableResult
    package func removePeer(_ name: String) async throws -> Done { try await get(.removePeer, ["peer": name]) }
}

/// Break-glass.
extension SwitchyardClient {
    /// Open, unreviewed and the newest others.
    package func breakGlassUses() async throws -> [BreakGlassReport] { try await get(.breakGlassUses) }

    package func startBreakGlass(
        _ request: BreakGlassRequest, in environment: EnvironmentName
    ) async throws -> BreakGlassReport {
        try await send(.startBreakGlass, ["environment": environment.rawValue], body: request)
    }

    /// Starts it by a single-use code; asked without a token.
    package func recoverBreakGlass(_ request: BreakGlassRecovery) async throws -> RecoveredAccess {
        try await send(.recoverBreakGlass, body: request)
    }

    package func endBreakGlass(_ use: UUID) async throws -> BreakGlassReport {
        try await get(.endBreakGlass, ["use": use.text])
    }

    package func reviewBreakGlass(_ use: UUID, _ request: BreakGlassReviewRequest) async throws -> BreakGlassReport {
        try await send(.reviewBreakGlass, ["use": use.text], body: request)
    }

    package func makeRecoveryCodes(_ request: RecoveryCodesRequest) async throws -> RecoveryCodes {
        try await send(.makeRecoveryCodes, body: request)
    }
}
