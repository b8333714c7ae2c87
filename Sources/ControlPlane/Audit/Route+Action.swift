import API
import Audit

/// What routes do, in the words of the audit record.
extension Route {
    /// Nil for a route that changes nothing and reads nothing that is recorded when it is read.
    var action: AuditAction? {
        switch self {
        case .deploy: .deploymentOpen
        case .rollBack: "deployment.roll_back"
        case .promote: "deployment.promote"
        case .contract: .databaseContract
        case .setMaintenance: "maintenance.set"
        case .prepareCommand: "command.run"
        case .endCommand: "command.end"
        case .addRelease: "release.add"
        case .removeRelease: "release.remove"
        case .applyConfiguration: "configuration.apply"
        case .auditEntries, .auditEntry: "audit.read"
        case .exportAudit: "audit.export"
        case .dataAccesses: "data_access.read"
        case .erasePerson: "person.erase"
        case .setSecrets: "secret.set"
        case .removeSecret: "secret.remove"
        case .exportSecrets: "secret.export"
        case .runWithSecrets: "secret.run"
        case .rotateSecretKeys: "secret.rotate_keys"
        case .changeSettings: "setting.change"
        // Whoever may compare may guess.
        case .compareSecrets: "secret.compare"
        case .secrets, .secretHistory, .settings: nil
        case .status, .environments, .environment, .plan, .planContraction, .commands, .logs, .followLogs, .maintenance,
            .deployments, .deployment, .verdict, .verdictTicks, .releases, .release, .configuration,
            .compareConfiguration,
            .openAPI:
            nil
        default: actionOfAccess
        }
    }

    /// Whether it goes back or stops harm, which is done whether it can be recorded or not.
    var goesBack: Bool { self == .rollBack || self == .setMaintenance || self == .endCommand }

    /// Whether it reads only, so that it is recorded once, before it is read.
    var isReading: Bool {
        self == .auditEntries || self == .auditEntry || self == .exportAudit || self == .dataAccesses
    }
}

extension Route {
    private static let actionsOfAccess: [Route: AuditAction] = [
        .makeFirstAdmin: "account.make_first_admin", .disableAccount: "account.disable",
        .revokeAccess: "account.revoke_access", .proposeRoles: "roles.propose", .confirmRoles: "roles.confirm",
        .refuseRoles: "roles.refuse", .makeToken: "token.make", .revokeToken: "token.revoke",
        .signInByDevice: "session.begin", .addPeer: "peer.add", .removePeer: "peer.remove",
        .startBreakGlass: "break_glass.start", .recoverBreakGlass: "break_glass.start",
        .endBreakGlass: "break_glass.end", .reviewBreakGlass: .breakGlassReview,
        .makeRecoveryCodes: "break_glass.make_codes", .requestDeployment: "deployment.request",
        .markDatabase: "database.mark", .beginFreeze: "freeze.begin", .liftFreeze: "freeze.lift",
        .approveRequest: "approval.give", .rejectRequest: "approval.reject",
    ]

    /// What is about people; reading who there is is not recorded.
    fileprivate var actionOfAccess: AuditAction? { Self.actionsOfAccess[self] }
}
