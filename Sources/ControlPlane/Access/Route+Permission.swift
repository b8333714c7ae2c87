import API
import Access

extension Route {
    /// What whoever asks must be permitted; nil for a route that is open to anybody.
    ///
    /// Where more depends on what is asked for (another person's token, say), the handler asks for the rest.
    var permission: Permission? {
        switch self {
        case .status, .environments, .environment, .deployments, .deployment, .verdict, .verdictTicks, .releases,
            .release,
            .maintenance, .commands, .openAPI, .breakGlassUses:
            .readStatus
        case .plan, .planContraction: .readPlan
        case .deploy: .deploy
        case .rollBack: .rollBack
        case .contract: .migrate
        case .setMaintenance: .setMaintenance
        case .prepareCommand, .endCommand: .runCommand
        case .logs, .followLogs: .readLogs
        case .promote: .promoteStage
        case .addRelease: .addRelease
        case .removeRelease: .removeRelease
        case .configuration, .compareConfiguration: .readConfiguration
        case .applyConfiguration: .applyConfiguration
        case .auditEntries, .auditEntry: .readAudit
        case .exportAudit: .exportAudit
        case .dataAccesses: .readDataAccess
        case .erasePerson: .erasePerson
        default: permissionOfVariables ?? permissionOfAccess
        }
    }

    private var permissionOfVariables: Permission? {
        switch self {
        case .secrets, .secretHistory, .settings: .listSecrets
        // Whoever may compare may guess. What leads to no database takes more, by its name.
        case .setSecrets, .compareSecrets, .removeSecret: .writeDatabaseSecret
        // Whoever chooses the recipient can read the file.
        case .exportSecrets: .approveSecret
        case .runWithSecrets: .runCommand
        case .rotateSecretKeys: .rotateSecretKeys
        case .changeSettings: .writeSetting
        default: nil
        }
    }

    private var permissionOfAccess: Permission? {
        switch self {
        case .accounts, .roleProposals: .readAccounts
        case .makeFirstAdmin, .proposeRoles, .refuseRoles: .proposeRoles
        case .confirmRoles: .confirmRoles
        case .disableAccount: .disableAccount
        case .revokeAccess: .manageTokens
        case .requestDeployment, .rejectRequest: .requestDeployment
        case .changeRequests, .changeRequest: .readPlan
        case .approveRequest: .approve
        case .identity, .tokens, .makeToken, .revokeToken: .useOwnTokens
        case .peers: .readPeers
        case .addPeer, .removePeer: .managePeers
        case .startBreakGlass: .startBreakGlass
        case .endBreakGlass: .endBreakGlass
        case .reviewBreakGlass: .reviewBreakGlass
        case .makeRecoveryCodes: .makeRecoveryCodes
        case .environmentFacts, .freezes: .readStatus
        case .compareEnvironments: .listSecrets
        case .markDatabase: .markDatabase
        case .beginFreeze, .liftFreeze: .freeze
        case .signInSettings, .signInByDevice, .recoverBreakGlass: nil
        // A route that nobody thought of is nobody's.
        default: .readSecret
        }
    }
}
