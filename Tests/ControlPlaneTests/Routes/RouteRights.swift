import API
import Access

/// Who may ask what of the API, written out by hand, so that a change of the routes or of the policy shows here.
///
/// `=` everywhere, `o` where the environment is not protected, `p` where it is, `.` nowhere. Columns: viewer, developer,
/// release manager, DBA, on-call, auditor, admin. A route that is about no environment counts as protected.
enum RouteRights {
    static let text = """
        status               = = = = = = =
        environments         = = = = = = =
        environment          = = = = = = =
        plan                 = = = = = = =
        deploy               . o o o . . .
        rollBack             . o = = = . .
        planContraction      = = = = = = =
        contract             . o o o . . .
        setMaintenance       . o = o = . .
        prepareCommand       . o o = . . .
        endCommand           . o o = . . .
        commands             = = = = = = =
        logs                 . = = = = . .
        followLogs           . = = = = . .
        maintenance          = = = = = = =
        deployments          = = = = = = =
        deployment           = = = = = = =
        verdict              = = = = = = =
        verdictTicks         = = = = = = =
        promote              . o = o . . .
        releases             = = = = = = =
        release              = = = = = = =
        addRelease           . = = = . . .
        removeRelease        . = = = . . .
        configuration        . = = = = = =
        compareConfiguration . = = = = = =
        applyConfiguration   . . = . . . .
        auditEntries         . . . . . = .
        auditEntry           . . . . . = .
        exportAudit          . . . . . = .
        dataAccesses         . . . . . = .
        erasePerson          . . . . . . =
        openAPI              = = = = = = =
        secrets              . = = = = = .
        secretHistory        . = = = = = .
        settings             . = = = = = .
        setSecrets           . o = = . . .
        compareSecrets       . o = = . . .
        removeSecret         . o = = . . .
        exportSecrets        . . = = . . .
        runWithSecrets       . o o = . . .
        rotateSecretKeys     . . . . . . =
        changeSettings       . o = . . . .
        identity             = = = = = = =
        accounts             . . . . . = =
        makeFirstAdmin       . . . . . . =
        disableAccount       . . . . . . =
        revokeAccess         . . . . . . =
        roleProposals        . . . . . = =
        proposeRoles         . . . . . . =
        confirmRoles         . . . . . . =
        refuseRoles          . . . . . . =
        tokens               = = = = = = =
        makeToken            = = = = = = =
        revokeToken          = = = = = = =
        signInSettings       = = = = = = =
        signInByDevice       = = = = = = =
        peers                . . . . . = =
        addPeer              . . . . . . =
        removePeer           . . . . . . =
        breakGlassUses       = = = = = = =
        startBreakGlass      . . . . p . .
        recoverBreakGlass    = = = = = = =
        endBreakGlass        . . p p p . .
        reviewBreakGlass     . . p p . p .
        makeRecoveryCodes    . . . . = . .
        requestDeployment    . = = = p . .
        changeRequests       = = = = = = =
        changeRequest        = = = = = = =
        approveRequest       . . = = . . .
        rejectRequest        . = = = p . .
        environmentFacts     = = = = = = =
        compareEnvironments  . = = = = = .
        markDatabase         . o o = . . .
        freezes              = = = = = = =
        beginFreeze          . o = o p . .
        liftFreeze           . o = o p . .
        """

    /// One cell of the table.
    struct Cell: Sendable {
        let route: Route
        let role: Role
        let mark: Character

        func isAllowed(inProtected isProtected: Bool) -> Bool { mark == "=" || mark == (isProtected ? "p" : "o") }
    }

    static let cells: [Cell] = text.split(separator: "\n").flatMap { line in
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard let route = Route(rawValue: String(words[0])), words.count == Role.allCases.count + 1 else {
            return [Cell]()
        }
        return zip(Role.allCases, words.dropFirst()).map { Cell(route: route, role: $0, mark: $1.first!) }
    }
}
