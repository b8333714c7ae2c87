import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard approve REQUEST`
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agrees to a change of a protected environment that somebody else has asked for.",
        discussion: """
            It binds to the digest that 'requests' shows: when plan, release, schema or settings are not the same any more, \
            nothing is done. What was approved goes on by itself.
            """)

    @Argument(help: "The request's id, as 'requests' shows it.", transform: { try identifier($0) })
    var request: UUID
    @Option(
        help: ArgumentHelp("The digest that you have looked at; asked for where a person types.", valueName: "digest"))
    var digest: String?
    @Option(help: "What you have looked at, for the record.")
    var note: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let client = try connection.client()
        let seen = if let digest { digest } else { try await look(client) }
        let approved = try await client.approve(request, ApproveRequest(digest: seen, note: note))
        if json { return try Terminal.sayJSON(approved) }
        RequestText.lines(of: approved).forEach(Terminal.say)
    }

    /// Shows the request to a person and asks.
    private func look(_ client: SwitchyardClient) async throws -> String {
        let waiting = try await client.changeRequest(request)
        guard Terminal.canAsk else {
            throw CommandExit(
                .wentWrong, "Name the digest that you have looked at with --digest, as 'requests' shows it.")
        }
        RequestText.lines(of: waiting).forEach(Terminal.narrate)
        try await showPlan(of: waiting, client)
        Terminal.ask("Approve? [y/N] ")
        guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
            throw CommandExit(.wentWrong, "Nothing was approved.")
        }
        return waiting.digest
    }

    /// Shows what would be done; throws where that is not what waits for approval any more.
    private func showPlan(of request: ChangeRequestReport, _ client: SwitchyardClient) async throws {
        let plan =
            if let release = request.release {
                try await client.plan(
                    DeployRequest(release: release.rawValue, strategy: request.strategy), in: request.environment)
            } else {
                try await client.planContraction(in: request.environment)
            }
        guard plan.digest == request.digest else {
            throw CommandExit(
                .wentWrong,
                "What would be done now has the digest \(plan.digest.prefix(12)), so this request is void: have it asked for "
                    + "again.")
        }
        PlanText(plan).lines.forEach(Terminal.narrate)
    }
}

/// `switchyard reject REQUEST`
struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Ends a request without effect; one's own is withdrawn.")

    @Argument(help: "The request's id, as 'requests' shows it.", transform: { try identifier($0) })
    var request: UUID
    @Option(help: "Why, for whoever has asked and for the record.")
    var reason: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let rejected = try await connection.client().reject(request, RejectRequest(reason: reason))
        if json { return try Terminal.sayJSON(rejected) }
        RequestText.lines(of: rejected).forEach(Terminal.say)
    }
}

/// `switchyard requests`
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "Lists changes that wait for approval.")

    @Flag(help: "Also those that are over.")
    var all = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let requests = try await connection.client().changeRequests()
            .filter { all || ["waiting", "approved"].contains($0.state) }
        if json { return try Terminal.sayJSON(requests) }
        if requests.isEmpty { return Terminal.say("Nothing waits for approval.") }
        for request in requests { RequestText.lines(of: request).forEach(Terminal.say) }
    }
}

/// A request for people.
enum RequestText {
    static func lines(of request: ChangeRequestReport) -> [String] {
        let ended = [request.endedBy.map { "by \($0)" }, request.endedBecause].compactMap(\.self).joined(
            separator: ": ")
        let deployment = request.deployment.map { ", deployment \($0)" } ?? ""
        var lines = [
            "\(request.id.text)  \(request.change) in \(request.environment): \(request.state)"
                + deployment + (ended.isEmpty ? "" : " (\(ended))"),
            "    asked for by  \(request.requestedBy), until \(request.expiresAt.formatted(.iso8601))",
            "    digest        \(request.digest)",
        ]
        if let reason = request.reason { lines.append("    why           \(reason)") }
        for approval in request.approvals {
            let note = approval.note.map { ": \($0)" } ?? ""
            lines.append("    approved by   \(approval.by) (\(approval.roles.joined(separator: ", ")))\(note)")
        }
        if request.state == "waiting" {
            lines.append("    still needs   \(request.missing.joined(separator: ", "))")
        }
        return lines
    }
}

/// Waits until others have decided.
struct RequestFollower {
    let connection: ConnectionOption
    let isQuiet: Bool

    private static let pause: Duration = .seconds(1)

    /// The request once it is over, or a deployment; the control plane may be away meanwhile.
    func follow(_ first: ChangeRequestReport) async throws -> ChangeRequestReport {
        var request = first
        while ["waiting", "approved"].contains(request.state) {
            if !isQuiet {
                Terminal.sayProgress(
                    request.missing.isEmpty
                        ? "approved, and waits for its turn" : "waits for \(request.missing.joined(separator: ", "))")
            }
            try await Task.sleep(for: Self.pause)
            do {
                request = try await connection.client().changeRequest(request.id)
            } catch let error where CommandExit(error)?.cause == .unreachable {
                continue
            }
        }
        if !isQuiet { Terminal.endProgress() }
        return request
    }
}
