import API
import Domain
import Foundation

/// Examples of the messages about people.
extension APIExamples {
    static func accessMessage(for route: Route) -> Any? {
        switch route {
        case .makeFirstAdmin: AccountRequest(account: "", reason: "")
        case .disableAccount: DisableRequest(reason: "")
        case .proposeRoles: RoleProposalRequest(account: "", isService: true, grants: [grant], reason: "")
        case .confirmRoles: [String: String]()
        case .makeToken: TokenRequest(account: "", label: "", days: 90, operations: [""], environments: [""])
        case .signInByDevice: DeviceSignInRequest(identityToken: "")
        case .addPeer: PeerRequest(name: "", account: "", days: 90)
        case .startBreakGlass: BreakGlassRequest(reason: "", incident: "", minutes: 60, identityToken: "")
        case .recoverBreakGlass:
            BreakGlassRecovery(account: "", code: "", environment: "", reason: "", incident: "", minutes: 60)
        case .reviewBreakGlass: BreakGlassReviewRequest(isJustified: true, note: "")
        case .makeRecoveryCodes: RecoveryCodesRequest(identityToken: "")
        case .requestDeployment:
            DeploymentRequest(
                release: "1.1.0", isContraction: false, planDigest: "", strategy: .progressive, reason: "")
        case .approveRequest: ApproveRequest(digest: "", note: "")
        case .rejectRequest: RejectRequest(reason: "")
        default: nil
        }
    }

    static func accessAnswer(to route: Route) -> Any {
        switch route {
        case .identity: IdentityReport(account: "", credential: "", roles: [""], grants: [grant])
        case .accounts: [account]
        case .makeFirstAdmin, .disableAccount: account
        case .roleProposals: [proposal]
        case .proposeRoles, .confirmRoles, .refuseRoles: proposal
        case .tokens: [token]
        case .makeToken, .signInByDevice: MadeToken(text: "", token: token)
        case .signInSettings: SignInReport(issuer: "", clientID: "", scopes: [""])
        case .peers: [peer]
        case .addPeer: AddedPeer(peer: peer, configuration: "")
        case .breakGlassUses: [use]
        case .startBreakGlass, .endBreakGlass, .reviewBreakGlass: use
        case .recoverBreakGlass: RecoveredAccess(use: use, token: "")
        case .makeRecoveryCodes: RecoveryCodes(codes: [""])
        case .changeRequests: [request]
        case .requestDeployment, .changeRequest, .approveRequest, .rejectRequest: request
        default: Done("")
        }
    }

    static func accessStatus(of route: Route) -> String? {
        let making: Set<Route> = [
            .makeFirstAdmin, .proposeRoles, .makeToken, .signInByDevice, .addPeer, .startBreakGlass, .recoverBreakGlass,
            .makeRecoveryCodes,
        ]
        if route == .requestDeployment { return "202" }
        return making.contains(route) ? "201" : nil
    }

    private static let grant = RoleGrantMessage(role: "release_manager", environments: [""])

    private static var account: AccountReport {
        AccountReport(
            name: "", identifier: "", kind: "person", grants: [grant], roles: [""], createdAt: .distantPast,
            lastSeenAt: .distantPast, disabledAt: .distantPast, disabledBy: "", isDormant: false)
    }

    private static var proposal: RoleProposalReport {
        RoleProposalReport(
            id: UUID(), account: "", kind: "person", before: [""], after: [""], reason: "", proposedBy: "",
            proposedAt: .distantPast, state: "proposed", decidedBy: "", decidedAt: .distantPast)
    }

    private static var token: TokenReport {
        TokenReport(
            id: "", account: "", label: "", operations: [""], environments: [""], createdAt: .distantPast,
            expiresAt: .distantPast, revokedAt: .distantPast, lastUsedAt: .distantPast, counts: true)
    }

    private static var peer: PeerReport {
        PeerReport(
            name: "", account: "", address: "", publicKey: "", createdAt: .distantPast, expiresAt: .distantPast)
    }

    private static var request: ChangeRequestReport {
        ChangeRequestReport(
            id: UUID(), environment: EnvironmentName(unchecked: "production"), change: "",
            release: ArtifactDigest(unchecked: String(repeating: "0", count: 64)), strategy: .progressive, digest: "",
            requestedBy: "", reason: "", createdAt: .distantPast, expiresAt: .distantPast, state: "waiting",
            approvals: [.init(by: "", roles: [""], at: .distantPast, note: "")], missing: [""],
            deployment: DeploymentID(7), endedBy: "", endedBecause: "")
    }

    private static var use: BreakGlassReport {
        BreakGlassReport(
            id: UUID(), account: "", environment: "", reason: "", incident: "", proof: "", startedAt: .distantPast,
            expiresAt: .distantPast, endedAt: .distantPast, endedBy: "", told: [""], participants: [""], state: "",
            reviewedBy: "", isJustified: true, note: "")
    }
}
