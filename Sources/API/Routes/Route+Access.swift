/// The facts of one route.
struct RouteFacts: Sendable {
    let method: Route.Method
    let path: String
    let summary: String
    var query: [(name: String, meaning: String, type: String)] = []

    init(
        _ method: Route.Method, _ path: String, _ summary: String,
        query: [(name: String, meaning: String, type: String)] = []
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.query = query
    }
}

/// Routes about people, tokens, sign-in, break-glass and the VPN.
extension Route {
    static let ofAccess: [Route: RouteFacts] = accountFacts.merging(signInFacts) { $1 }.merging(breakGlassFacts) { $1 }
        .merging(requestFacts) { $1 }

    private static let accountFacts: [Route: RouteFacts] = [
        .identity: RouteFacts(.get, "/identity", "Who asks: the account, its roles, and how it has shown who it is."),
        .accounts: RouteFacts(.get, "/accounts", "People and service accounts with their roles."),
        .makeFirstAdmin: RouteFacts(
            .post, "/accounts/first-admin",
            "Makes the first admin, by the machine's token file; refused once there is one."),
        .disableAccount: RouteFacts(
            .post, "/accounts/{account}/disabling",
            "Takes every right from an account at once, its tokens and sessions too."),
        .revokeAccess: RouteFacts(
            .delete, "/accounts/{account}/credentials",
            "Ends all sessions and tokens of an account, which keeps its roles."),
        .roleProposals: RouteFacts(.get, "/role-proposals", "Proposals of roles, newest first."),
        .proposeRoles: RouteFacts(
            .post, "/role-proposals", "Proposes an account's roles; they count when a second admin confirms them."),
        .confirmRoles: RouteFacts(.post, "/role-proposals/{proposal}/confirmation", "Puts proposed roles into force."),
        .refuseRoles: RouteFacts(.delete, "/role-proposals/{proposal}", "Refuses or withdraws a proposal of roles."),
        .tokens: RouteFacts(
            .get, "/tokens", "Tokens of one's own, or of another account, without their secrets.",
            query: [("account", "Of this account; one's own by default.", "string")]),
        .makeToken: RouteFacts(.post, "/tokens", "Makes a token, which is answered once and kept as a hash."),
        .revokeToken: RouteFacts(.delete, "/tokens/{token}", "Takes a token back at once."),
    ]

    private static let signInFacts: [Route: RouteFacts] = [
        .signInSettings: RouteFacts(
            .get, "/sign-in", "What a command line needs to sign in by the identity provider; open to anybody."),
        .signInByDevice: RouteFacts(
            .post, "/sign-in/device", "Takes an id token of the device flow for a token of half a day; open to anybody."
        ),
        .peers: RouteFacts(.get, "/vpn/peers", "Devices that may enter the VPN."),
        .addPeer: RouteFacts(
            .post, "/vpn/peers", "Lets a device into the VPN until a time; answers its WireGuard configuration once."),
        .removePeer: RouteFacts(.delete, "/vpn/peers/{peer}", "Shuts a device out of the VPN."),
    ]

    private static let breakGlassFacts: [Route: RouteFacts] = [
        .breakGlassUses: RouteFacts(
            .get, "/break-glass", "Uses of break-glass: open, unreviewed and the newest others."),
        .startBreakGlass: RouteFacts(
            .post, "/environments/{environment}/break-glass",
            "Lets somebody on call act alone in a protected environment, for at most an hour."),
        .recoverBreakGlass: RouteFacts(
            .post, "/break-glass/recovery",
            "The same by a single-use code, with the identity provider down; answers a token for that time."),
        .endBreakGlass: RouteFacts(.delete, "/break-glass/{use}", "Ends a use of break-glass before its time."),
        .reviewBreakGlass: RouteFacts(
            .post, "/break-glass/{use}/review",
            "Judges a use of break-glass afterwards, by somebody without a part in it."),
        .makeRecoveryCodes: RouteFacts(
            .post, "/break-glass/codes", "Makes ten single-use codes, answered once; older ones open nothing any more."),
    ]

    private static let requestFacts: [Route: RouteFacts] = [
        .requestDeployment: RouteFacts(
            .post, "/environments/{environment}/requests",
            "Asks for a deployment in a protected environment; it is carried out once others have approved its plan."),
        .changeRequests: RouteFacts(.get, "/requests", "Requests that wait for approval, and the newest others."),
        .changeRequest: RouteFacts(.get, "/requests/{request}", "One request by its id."),
        .approveRequest: RouteFacts(
            .post, "/requests/{request}/approvals", "Approves exactly what was looked at, by its digest."),
        .rejectRequest: RouteFacts(
            .post, "/requests/{request}/rejection", "Rejects a request with a reason, or withdraws one's own."),
    ]

    /// Whether it is open to whoever has shown nothing yet.
    package var isOpen: Bool { [.signInSettings, .signInByDevice, .recoverBreakGlass].contains(self) }
}
