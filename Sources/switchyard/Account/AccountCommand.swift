import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard account ...`
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "People and service accounts: who has which role, and where.",
        discussion: """
            An admin proposes roles, a second admin confirms them. Until there is an admin, whoever can read the state \
            folder's token may do everything; afterwards that token only looks and goes back.

            switchyard account first-admin ana@example.com
            switchyard account propose ben@example.com --role developer --role on_call:production --reason 'joins'
            switchyard account confirm 6f1c...
            """,
        subcommands: [
            AccountListCommand.self, AccountFirstAdminCommand.self, AccountProposeCommand.self,
            AccountProposalsCommand.self, AccountConfirmCommand.self, AccountRefuseCommand.self,
            AccountDisableCommand.self, AccountRevokeCommand.self,
        ]
    )
}

/// `switchyard account list`
struct AccountListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists all accounts.")

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let accounts = try await connection.client().accounts()
        if json { return try Terminal.sayJSON(accounts) }
        if accounts.isEmpty {
            return Terminal.say("There are no accounts: 'switchyard account first-admin NAME' makes the first one.")
        }
        var table = TextTable("ACCOUNT", "KIND", "ROLES", "LAST SEEN", "STATE")
        for account in accounts {
            let state = account.disabledAt != nil ? "disabled" : account.isDormant ? "dormant" : "active"
            table.add(
                account.name, account.kind, account.roles.joined(separator: "; "),
                account.lastSeenAt.formatted(.iso8601.year().month().day()), state)
        }
        table.lines.forEach(Terminal.say)
    }
}

/// `switchyard account first-admin NAME`
struct AccountFirstAdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-admin",
        abstract: "Makes the first admin, by the state folder's token; refused once there is one.")

    @Argument(help: "The account, as the identity provider names the person: ana@example.com.")
    var account: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let made = try await connection.client().makeFirstAdmin(AccountRequest(account: account))
        if json { return try Terminal.sayJSON(made) }
        Terminal.say("'\(made.name)' is admin. The state folder's token now only looks and goes back.")
        Terminal.say("A second admin is proposed by '\(made.name)' and confirmed by that token, until there are two.")
    }
}

/// `switchyard account propose NAME --role ROLE[:ENVIRONMENT,...]`
struct AccountProposeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose", abstract: "Proposes all roles of an account; what is not named is taken away.")

    @Argument(help: "The account, which is made where there is none.")
    var account: String
    @Option(
        name: .customLong("role"),
        help: ArgumentHelp(
            "viewer, developer, release_manager, dba, on_call, auditor or admin, and after a colon where it holds; "
                + "without one everywhere. May be repeated.", valueName: "role[:environment,...]"),
        transform: { text in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return RoleGrantMessage(
                role: String(parts[0]),
                environments: parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : nil)
        })
    var roles: [RoleGrantMessage] = []
    @Flag(help: "A new account is a service account.")
    var service = false
    @Option(help: "Why, for whoever confirms and for the record.")
    var reason: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let proposal = try await connection.client().propose(
            RoleProposalRequest(account: account, isService: service, grants: roles, reason: reason))
        if json { return try Terminal.sayJSON(proposal) }
        ProposalText.lines(of: proposal).forEach(Terminal.say)
        Terminal.say("Another admin confirms it: switchyard account confirm \(proposal.id.text)")
    }
}

/// `switchyard account proposals`
struct AccountProposalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proposals", abstract: "Lists proposals of roles, newest first.")

    @Flag(help: "Also those that are decided.")
    var all = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let proposals = try await connection.client().roleProposals().filter { all || $0.state == "proposed" }
        if json { return try Terminal.sayJSON(proposals) }
        if proposals.isEmpty { return Terminal.say("No proposal waits.") }
        for proposal in proposals { ProposalText.lines(of: proposal).forEach(Terminal.say) }
    }
}

/// `switchyard account confirm PROPOSAL`
struct AccountConfirmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Puts proposed roles into force; by another admin than who proposed them.")

    @Argument(help: "The proposal's id.", transform: { try identifier($0) })
    var proposal: UUID
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let confirmed = try await connection.client().confirmRoles(proposal)
        if json { return try Terminal.sayJSON(confirmed) }
        ProposalText.lines(of: confirmed).forEach(Terminal.say)
    }
}

/// `switchyard account refuse PROPOSAL`
struct AccountRefuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuses a proposal of roles, or withdraws one's own.")

    @Argument(help: "The proposal's id.", transform: { try identifier($0) })
    var proposal: UUID
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let refused = try await connection.client().refuseRoles(proposal)
        if json { return try Terminal.sayJSON(refused) }
        ProposalText.lines(of: refused).forEach(Terminal.say)
    }
}

/// `switchyard account disable NAME`
struct AccountDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Takes every right from an account at once, its tokens and sessions too.")

    @Argument(help: "The account.")
    var account: String
    @Option(help: "Why, for the record.")
    var reason: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let disabled = try await connection.client().disable(account, because: reason)
        if json { return try Terminal.sayJSON(disabled) }
        Terminal.say("'\(disabled.name)' may do nothing any more. Proposing its roles anew is how it is enabled again.")
    }
}

/// `switchyard account revoke NAME`
struct AccountRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Ends all sessions and tokens of an account, which keeps its roles.")

    @Argument(help: "The account.")
    var account: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let done = try await connection.client().revokeAccess(of: account)
        if json { return try Terminal.sayJSON(done) }
        Terminal.say(done.done)
    }
}

/// A proposal for people.
enum ProposalText {
    static func lines(of proposal: RoleProposalReport) -> [String] {
        func words(_ roles: [String]) -> String { roles.isEmpty ? "nothing" : roles.joined(separator: "; ") }
        let decided = proposal.decidedBy.map { " by \($0)" } ?? ""
        return [
            "\(proposal.id.text)  \(proposal.account)  \(proposal.state)\(decided)",
            "    from  \(proposal.before.map(words) ?? "no account")", "    to    \(words(proposal.after))",
            "    why   \(proposal.reason) (\(proposal.proposedBy), \(proposal.proposedAt.formatted(.iso8601)))",
        ]
    }
}

/// An id as an argument.
func identifier(_ text: String) throws -> UUID {
    guard let id = UUID(uuidString: text) else { throw ValidationError("'\(text)' is no id.") }
    return id
}
