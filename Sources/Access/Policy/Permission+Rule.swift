/// Who may do an operation, where and how.
package struct PermissionRule: Sendable {
    /// What of a role's environments an operation asks for.
    package enum Reach: Sendable {
        /// One environment, which must be named and in which the role must hold.
        case environment
        /// No environment: it is enough to have the role somewhere.
        case anywhere
        /// All environments at once: the role must hold for all.
        case everywhere
    }

    /// Roles that may do it in an environment that is not protected.
    package let open: RoleSet
    /// Roles that may do it in a protected environment.
    package let protected: RoleSet
    package var reach: Reach
    /// Whether a service account may not do it, whatever its roles.
    package var needsPerson = false
    /// Whether it counts in a protected environment only when a second person has agreed.
    package var needsSecondPerson = false
    /// Whether break-glass lets somebody on call do it in the protected environment that it is for.
    package var isOpenedByBreakGlass = false

    init(_ open: RoleSet, protected: RoleSet, glass: Bool = false) {
        (self.open, self.protected, reach, isOpenedByBreakGlass) = (open, protected, .environment, glass)
    }

    init(_ roles: RoleSet, _ reach: Reach = .environment) {
        (open, protected, self.reach) = (roles, roles, reach)
    }

    func byPerson() -> PermissionRule {
        var rule = self
        rule.needsPerson = true
        return rule
    }

    func withSecondPerson() -> PermissionRule {
        var rule = self
        rule.needsSecondPerson = true
        return rule
    }
}

extension Permission {
    private static let builders: RoleSet = [.developer, .releaseManager, .dba]
    private static let deciders: RoleSet = [.releaseManager, .dba]
    private static let hands: RoleSet = [.developer, .releaseManager, .dba, .onCall]

    /// The table of rights: what is not in it, nobody may.
    package var rule: PermissionRule {
        switch self {
        case .readStatus, .readPlan: PermissionRule(.everybody, .anywhere)
        case .readLogs: PermissionRule(Self.hands)
        case .readConfiguration: PermissionRule(.everybody.subtracting(.viewer), .anywhere)
        case .applyConfiguration: PermissionRule(.releaseManager, .everywhere)
        case .addRelease, .removeRelease: PermissionRule(Self.builders, .anywhere)
        case .deploy: PermissionRule(Self.builders, protected: [], glass: true)
        case .requestDeployment: PermissionRule(Self.builders, protected: Self.hands).withSecondPerson()
        case .approve: PermissionRule(Self.deciders).byPerson()
        case .promoteStage: PermissionRule(Self.builders, protected: .releaseManager, glass: true)
        case .rollBack: PermissionRule(Self.hands, protected: [.releaseManager, .dba, .onCall])
        case .migrate: PermissionRule(Self.builders, protected: [], glass: true)
        case .setMaintenance: PermissionRule(Self.hands, protected: [.releaseManager, .onCall])
        case .runCommand: PermissionRule(Self.builders, protected: .dba, glass: true)
        case .freeze: PermissionRule(Self.builders, protected: [.releaseManager, .onCall])
        case .markDatabase: PermissionRule(Self.builders, protected: .dba, glass: true)
        case .changeFlag: PermissionRule(Self.hands, protected: [.releaseManager, .onCall])
        case .updateIncident: PermissionRule([.releaseManager, .onCall], .anywhere)
        case .takeBackup: PermissionRule(Self.builders, protected: Self.deciders, glass: true)
        case .restoreBackup: PermissionRule([.developer, .dba], protected: .dba, glass: true)
        default: ruleOfSecrets ?? ruleOfRecord ?? ruleOfAccounts
        }
    }

    private var ruleOfSecrets: PermissionRule? {
        switch self {
        case .writeSetting: PermissionRule([.developer, .releaseManager], protected: .releaseManager, glass: true)
        case .writeSecret:
            PermissionRule([.developer, .releaseManager], protected: .releaseManager, glass: true).withSecondPerson()
        case .writeDatabaseSecret:
            PermissionRule(Self.builders, protected: Self.deciders, glass: true).withSecondPerson()
        case .approveSecret: PermissionRule(Self.deciders).byPerson()
        case .listSecrets: PermissionRule(Self.hands.union(.auditor))
        case .readSecret: PermissionRule([])
        case .rotateSecretKeys: PermissionRule(.admin, .everywhere)
        default: nil
        }
    }

    private var ruleOfRecord: PermissionRule? {
        switch self {
        case .readAudit, .exportAudit: PermissionRule(.auditor, .everywhere)
        case .readDataAccess: PermissionRule(.auditor)
        case .erasePerson: PermissionRule(.admin, .everywhere).byPerson().withSecondPerson()
        default: nil
        }
    }

    private var ruleOfAccounts: PermissionRule {
        switch self {
        case .readAccounts, .readPeers: PermissionRule([.auditor, .admin], .everywhere)
        case .proposeRoles, .confirmRoles, .disableAccount, .manageServiceAccounts, .manageTokens, .managePeers:
            PermissionRule(.admin, .everywhere).byPerson()
        case .useOwnTokens: PermissionRule(.everybody, .anywhere)
        case .vouchForPerson: PermissionRule([], .anywhere)
        case .makeRecoveryCodes: PermissionRule(.onCall, .anywhere).byPerson()
        case .startBreakGlass: PermissionRule([], protected: .onCall).byPerson()
        case .endBreakGlass: PermissionRule([], protected: [.releaseManager, .dba, .onCall]).byPerson()
        case .reviewBreakGlass: PermissionRule([], protected: [.releaseManager, .dba, .auditor]).byPerson()
        default: PermissionRule([])
        }
    }
}
