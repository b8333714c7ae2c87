/// Everything that can be asked of Switchyard, as far as somebody must have a right to it.
package enum Permission: String, Codable, CaseIterable, Sendable {
    case readStatus = "read_status"
    case readPlan = "read_plan"
    case readLogs = "read_logs"
    case readConfiguration = "read_configuration"
    case applyConfiguration = "apply_configuration"
    case addRelease = "add_release"
    case removeRelease = "remove_release"
    /// Opens a deployment that nobody else must approve.
    case deploy
    /// Asks for a deployment, or a contraction, that waits for its approvals.
    case requestDeployment = "request_deployment"
    case approve
    /// Lets a stage go on without a proof.
    case promoteStage = "promote_stage"
    case rollBack = "roll_back"
    /// Contracts a schema, with nobody else's approval.
    case migrate
    case setMaintenance = "set_maintenance"
    case runCommand = "run_command"
    /// Begins and lifts freezes.
    case freeze
    /// Says what kind of data a database holds.
    case markDatabase = "mark_database"
    case changeFlag = "change_flag"
    case updateIncident = "update_incident"
    case takeBackup = "take_backup"
    case restoreBackup = "restore_backup"

    case writeSetting = "write_setting"
    case writeSecret = "write_secret"
    case writeDatabaseSecret = "write_database_secret"
    case approveSecret = "approve_secret"
    /// Names and fingerprints, never values.
    case listSecrets = "list_secrets"
    /// Nobody: it has a name so that its refusal is tested.
    case readSecret = "read_secret"
    case rotateSecretKeys = "rotate_secret_keys"

    case readAudit = "read_audit"
    case exportAudit = "export_audit"
    case readDataAccess = "read_data_access"
    case erasePerson = "erase_person"

    case readAccounts = "read_accounts"
    case proposeRoles = "propose_roles"
    case confirmRoles = "confirm_roles"
    case disableAccount = "disable_account"
    case manageServiceAccounts = "manage_service_accounts"
    /// Lists and revokes other people's tokens and sessions.
    case manageTokens = "manage_tokens"
    /// Makes, lists and revokes tokens of one's own.
    case useOwnTokens = "use_own_tokens"
    /// Gives a person a token in place of an identity provider: whoever has the machine, where there is no provider.
    case vouchForPerson = "vouch_for_person"
    case makeRecoveryCodes = "make_recovery_codes"
    case startBreakGlass = "start_break_glass"
    case endBreakGlass = "end_break_glass"
    case reviewBreakGlass = "review_break_glass"
    case readPeers = "read_peers"
    case managePeers = "manage_peers"

    /// What it permits, as it stands in a sentence after "may not".
    package var words: String {
        switch self {
        case .readSecret: "read the value of a secret"
        case .makeRecoveryCodes: "make break-glass codes"
        case .startBreakGlass, .endBreakGlass, .reviewBreakGlass:
            rawValue.replacing("_break_glass", with: " break-glass")
        case .managePeers, .readPeers: rawValue.replacing("_", with: " VPN ")
        default: rawValue.replacing("_", with: " ")
        }
    }

    /// What a deployment is in an environment: asked for where it is protected, done where it is not.
    package static func deploying(isProtected: Bool) -> Permission { isProtected ? .requestDeployment : .deploy }
}
