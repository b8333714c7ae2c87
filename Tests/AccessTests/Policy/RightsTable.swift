import Access

/// Who may do what, written out once more and by hand, so that a change of the policy shows here.
///
/// `=` everywhere, `o` where the environment is not protected, `p` where it is, `.` nowhere. Columns: viewer, developer,
/// release manager, DBA, on-call, auditor, admin.
enum RightsTable {
    static let text = """
        read_status               = = = = = = =
        read_plan                 = = = = = = =
        read_logs                 . = = = = . .
        read_configuration        . = = = = = =
        apply_configuration       . . = . . . .
        add_release               . = = = . . .
        remove_release            . = = = . . .
        deploy                    . o o o . . .
        request_deployment        . = = = p . .
        approve                   . . = = . . .
        promote_stage             . o = o . . .
        roll_back                 . o = = = . .
        migrate                   . o o o . . .
        set_maintenance           . o = o = . .
        run_command               . o o = . . .
        freeze                    . o = o p . .
        mark_database             . o o = . . .
        change_flag               . o = o = . .
        update_incident           . . = . = . .
        take_backup               . o = = . . .
        restore_backup            . o . = . . .
        write_setting             . o = . . . .
        write_secret              . o = . . . .
        write_database_secret     . o = = . . .
        approve_secret            . . = = . . .
        list_secrets              . = = = = = .
        read_secret               . . . . . . .
        rotate_secret_keys        . . . . . . =
        read_audit                . . . . . = .
        export_audit              . . . . . = .
        read_data_access          . . . . . = .
        erase_person              . . . . . . =
        read_accounts             . . . . . = =
        propose_roles             . . . . . . =
        confirm_roles             . . . . . . =
        disable_account           . . . . . . =
        manage_service_accounts   . . . . . . =
        manage_tokens             . . . . . . =
        use_own_tokens            = = = = = = =
        vouch_for_person          . . . . . . .
        make_recovery_codes       . . . . = . .
        start_break_glass         . . . . p . .
        end_break_glass           . . p p p . .
        review_break_glass        . . p p . p .
        read_peers                . . . . . = =
        manage_peers              . . . . . . =
        """

    /// What break-glass adds for somebody on call, in its own environment.
    static let openedByBreakGlass: Set<Permission> = [
        .deploy, .promoteStage, .migrate, .runCommand, .markDatabase, .takeBackup, .restoreBackup, .writeSetting,
        .writeSecret,
        .writeDatabaseSecret,
    ]

    /// What a service account may not do, whatever its roles.
    static let forPeople: Set<Permission> = [
        .approve, .approveSecret, .erasePerson, .proposeRoles, .confirmRoles, .disableAccount, .manageServiceAccounts,
        .manageTokens, .makeRecoveryCodes, .startBreakGlass, .endBreakGlass, .reviewBreakGlass, .managePeers,
    ]

    /// One cell of the table.
    struct Cell: Sendable {
        let operation: Permission
        let role: Role
        let mark: Character

        func isAllowed(inProtected isProtected: Bool) -> Bool {
            mark == "=" || mark == (isProtected ? "p" : "o")
        }
    }

    static let cells: [Cell] = text.split(separator: "\n").flatMap { line in
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard let operation = Permission(rawValue: String(words[0])), words.count == Role.allCases.count + 1 else {
            return [Cell]()
        }
        return zip(Role.allCases, words.dropFirst()).map { Cell(operation: operation, role: $0, mark: $1.first!) }
    }
}
