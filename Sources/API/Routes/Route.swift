import Foundation

/// Every route of the REST API: the server, the client and the OpenAPI document are all made from this table.
package enum Route: String, CaseIterable, Sendable {
    case status
    case environments
    case environment
    case plan
    case deploy
    case rollBack
    case planContraction
    case contract
    case setMaintenance
    case prepareCommand
    case endCommand
    case commands
    case logs
    case followLogs
    case maintenance
    case deployments
    case deployment
    case verdict
    case verdictTicks
    case promote
    case releases
    case release
    case addRelease
    case removeRelease
    case configuration
    case compareConfiguration
    case applyConfiguration
    case auditEntries
    case auditEntry
    case exportAudit
    case dataAccesses
    case erasePerson
    case openAPI
    // Secrets and settings
    case secrets
    case secretHistory
    case setSecrets
    case compareSecrets
    case removeSecret
    case exportSecrets
    case runWithSecrets
    case rotateSecretKeys
    case settings
    case changeSettings

    case identity
    case accounts
    case makeFirstAdmin
    case disableAccount
    case revokeAccess
    case roleProposals
    case proposeRoles
    case confirmRoles
    case refuseRoles
    case tokens
    case makeToken
    case revokeToken
    case signInSettings
    case signInByDevice
    case peers
    case addPeer
    case removePeer
    case breakGlassUses
    case startBreakGlass
    case recoverBreakGlass
    case endBreakGlass
    case reviewBreakGlass
    case makeRecoveryCodes
    case requestDeployment
    case changeRequests
    case changeRequest
    case approveRequest
    case rejectRequest
    // Environments
    case environmentFacts
    case compareEnvironments
    case markDatabase
    case freezes
    case beginFreeze
    case liftFreeze

    /// An HTTP method of the API.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Where all routes begin.
    package static let base = "/api/v1"

    package var method: Method {
        switch self {
        case .status, .environments, .environment, .planContraction, .commands, .logs, .followLogs, .maintenance,
            .deployments,
            .deployment, .verdict, .verdictTicks, .releases, .release, .configuration, .auditEntries,
            .auditEntry, .dataAccesses, .openAPI:
            .get
        case .plan, .deploy, .rollBack, .promote, .contract, .prepareCommand, .addRelease, .compareConfiguration,
            .exportAudit, .erasePerson:
            .post
        case .setMaintenance, .endCommand, .applyConfiguration: .put
        case .removeRelease: .delete
        default: facts.method
        }
    }

    /// The path below `base`; parts in braces are parameters.
    package var path: String {
        switch self {
        case .status: "/status"
        case .environments: "/environments"
        case .environment: "/environments/{environment}"
        case .plan: "/environments/{environment}/plan"
        case .deploy: "/environments/{environment}/deployments"
        case .rollBack: "/environments/{environment}/rollback"
        case .planContraction, .contract: "/environments/{environment}/contraction"
        case .setMaintenance: "/environments/{environment}/maintenance"
        case .prepareCommand: "/environments/{environment}/commands"
        case .endCommand: "/commands/{command}"
        case .commands: "/commands"
        case .logs: "/environments/{environment}/logs"
        case .followLogs: "/environments/{environment}/logs/follow"
        case .maintenance: "/maintenance"
        case .deployments: "/deployments"
        case .deployment: "/deployments/{deployment}"
        case .verdict: "/deployments/{deployment}/verdict"
        case .verdictTicks: "/deployments/{deployment}/verdict/ticks"
        case .promote: "/deployments/{deployment}/promotion"
        case .releases, .addRelease: "/releases"
        case .release, .removeRelease: "/releases/{release}"
        case .configuration, .applyConfiguration: "/configuration"
        case .compareConfiguration: "/configuration/differences"
        case .auditEntries: "/audit/entries"
        case .auditEntry: "/audit/entries/{entry}"
        case .exportAudit: "/audit/exports"
        case .dataAccesses: "/environments/{environment}/data-accesses"
        case .erasePerson: "/audit/erasures"
        case .openAPI: "/openapi.json"
        default: facts.path
        }
    }

    /// What the route does, in a sentence.
    package var summary: String {
        switch self {
        case .status: "What runs, where, and what is wrong with it."
        case .environments: "The names of all environments."
        case .environment: "One environment: its slots, its split, the deployment under way."
        case .plan: "What deploying a release would do; changes nothing."
        case .deploy: "Opens a deployment; it goes on by itself. 409 while another one is under way."
        case .rollBack: "Takes the deployment under way back, or goes back to the release before."
        case .planContraction: "What contracting the environment's database would take away; changes nothing."
        case .contract:
            "Takes away from the database what no serving or kept release uses any more; refused while one does."
        case .setMaintenance: "Shows users the maintenance page, or takes it away."
        case .prepareCommand:
            "Writes a one-off command down and answers what it needs to run; whoever asked runs it and tells its end."
        case .endCommand: "Tells how a one-off command ended."
        case .commands: "One-off commands: who ran what, where and in which release, and how it ended, newest first."
        case .logs: "The newest lines that the environment's processes wrote."
        case .followLogs: "Lines as they are written, one JSON object a line; an empty line says that it still lives."
        case .maintenance: "When the maintenance page was shown or taken away, and by whom, newest first."
        case .deployments: "The newest deployments, newest first."
        case .deployment: "One deployment with its journal; with 'wait', answers when there is more than 'after'."
        case .verdict: "What is proved of a release since it had users in stages, with numbers and in sentences."
        case .verdictTicks: "What was counted of a release's errors while it was judged, for who judges it again."
        case .promote: "Lets a stage go on without a proof, on the responsibility of whoever asks."
        case .releases: "The releases in the store, newest first."
        case .release: "One release by version, name@version or digest."
        case .addRelease:
            "Adds a packed release, checked before it is stored; repairs the archive of one that is there and was altered."
        case .removeRelease: "Removes a release from the store; 409 while a slot or a deployment under way needs it."
        case .configuration: "Where the configuration comes from, and its newest change."
        case .compareConfiguration: "What a configuration would change, checked as at a start; changes nothing."
        case .applyConfiguration:
            "Applies a configuration, or refuses it whole; 'lastChange' has its outcome as soon as it is in force."
        case .auditEntries: "Entries of the audit record, newest first; that they were read is recorded too."
        case .auditEntry: "One entry of the audit record by its number."
        case .exportAudit:
            "Brings all that was recorded into the record's files, to be copied, and answers the signed checkpoint."
        case .dataAccesses:
            "Who had access to the environment's database and what was read, newest first; that it was asked is recorded."
        case .erasePerson:
            "Destroys the key of a person's data in the audit record, whose proofs stay valid; recorded without the person."
        case .openAPI: "This document."
        default: facts.summary
        }
    }

    /// Parameters after the question mark, each with what it means.
    package var query: [(name: String, meaning: String, type: String)] {
        switch self {
        case .logs:
            [
                ("last", "How many lines of each process, at most 10000.", "integer"),
                ("slot", "Only this slot.", "string"), ("process", "Only processes that begin so.", "string"),
            ]
        case .followLogs:
            Route.logs.query + [
                ("since", "Instead of 'last': the time stamp of the first lines.", "string"),
                ("seen", "Time stamps of single processes: s1/web.1@2026-11-22T10:00:00.00000,…", "string"),
            ]
        case .deployments, .maintenance, .commands:
            [("environment", "Only this environment.", "string"), ("last", "How many, at most 1000.", "integer")]
        case .auditEntries:
            [
                ("last", "How many, at most 1000.", "integer"), ("actor", "Only of this account.", "string"),
                ("action", "Only this action: noun.verb.", "string"),
                ("environment", "Only in this environment.", "string"),
                ("target", "Only what was done to this.", "string"),
                ("outcome", "Only with this outcome: succeeded, refused, failed, interrupted.", "string"),
                ("since", "From this moment on, as RFC 3339 writes it.", "string"),
                ("until", "Before this moment, as RFC 3339 writes it.", "string"),
            ]
        case .dataAccesses:
            [
                ("last", "How many, at most 1000.", "integer"),
                ("since", "From this moment on, as RFC 3339 writes it.", "string"),
                ("until", "Before this moment, as RFC 3339 writes it.", "string"),
            ]
        case .addRelease:
            [("builtFrom", "The commit that whoever asks has built the archive from; it is verified then.", "string")]
        case .deployment:
            [
                ("after", "The last journal entry that is known already.", "integer"),
                ("wait", "Seconds to wait for more, at most 30.", "number"),
            ]
        default: Route.tables[self]?.query ?? []
        }
    }

    /// Routes that the switches above do not name, a table for each noun.
    private static let tables = [ofAccess, ofVariables, ofEnvironments].reduce(into: [:]) { all, table in
        all.merge(table) { first, _ in first }
    }

    /// Of a route that the switches above do not name.
    private var facts: RouteFacts {
        guard let facts = Route.tables[self] else {
            preconditionFailure("'\(rawValue)' is in no table of routes")
        }
        return facts
    }

    /// The path with its parameters filled in, each percent-encoded.
    package func path(_ parameters: [String: String] = [:]) -> String {
        parameters.reduce(Route.base + path) { path, parameter in
            let allowed = parameter.value.addingPercentEncoding(withAllowedCharacters: .urlPathComponentAllowed)
            return path.replacingOccurrences(of: "{\(parameter.key)}", with: allowed ?? "")
        }
    }
}

extension CharacterSet {
    /// What may stand in one component of a path as it is.
    static let urlPathComponentAllowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "/;%"))
}
