import API
import ArgumentParser
import Domain
import DurableFiles
import Foundation
import Runtimes

/// `switchyard break-glass ...`
struct BreakGlassCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "break-glass",
        abstract: "Lets somebody on call act alone in a protected environment, for at most an hour.",
        discussion: """
            Everybody who could have approved is told at once, everything that is done says so in the record, and \
            somebody without a part in it reviews it within 24 hours: one that is not reviewed by then closes break-glass.

            switchyard break-glass start -e production --incident INC-7 --reason 'checkout is down'
            switchyard break-glass start -e production --incident INC-7 --reason "..." --account ana@example.com --code-file c
            """,
        subcommands: [
            BreakGlassStartCommand.self, BreakGlassEndCommand.self, BreakGlassReviewCommand.self,
            BreakGlassListCommand.self, BreakGlassCodesCommand.self,
        ]
    )
}

/// `switchyard break-glass start`
struct BreakGlassStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Begins it, with fresh proof of identity or a single-use code.",
        discussion: """
            Without --code-file the identity provider must see you anew, in a browser. With one, the provider is not \
            asked: the file holds one of the codes of 'break-glass codes', and '-' reads it from standard input. What \
            that answers is kept as 'login' keeps it.
            """)

    @OptionGroup var environment: EnvironmentOption
    @Option(help: "The incident that it is for.")
    var incident: String
    @Option(help: "What happens, in ten characters or more.")
    var reason: String
    @Option(help: "For how many minutes, at most 60.")
    var minutes = 60
    @Option(help: "With --code-file: who you are.")
    var account: String?
    @Option(help: ArgumentHelp("A file with a single-use code, or - for standard input.", valueName: "file"))
    var codeFile: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func validate() throws {
        guard (1...60).contains(minutes) else { throw ValidationError("'--minutes' takes 1 to 60.") }
        guard (account == nil) == (codeFile == nil) else {
            throw ValidationError("'--account' and '--code-file' belong together.")
        }
        guard codeFile == nil || environment.name != nil else { throw ValidationError("Name the environment with -e.") }
    }

    func run() async throws {
        let use = if let codeFile { try await recover(codeFile) } else { try await start() }
        if json { return try Terminal.sayJSON(use) }
        Terminal.say("You act alone in \(use.environment) until \(use.expiresAt.formatted(.iso8601)).")
        Terminal.say(
            "To be told: \(use.told.isEmpty ? "nobody could have approved" : use.told.joined(separator: ", ")).")
        Terminal.say("End it with: switchyard break-glass end \(use.id.text)")
    }

    private func start() async throws -> BreakGlassReport {
        let client = try connection.client()
        let name = try await environment.resolve(with: client)
        let token = try await DeviceProof.ask(connection.stranger())
        return try await client.startBreakGlass(
            BreakGlassRequest(reason: reason, incident: incident, minutes: minutes, identityToken: token), in: name)
    }

    private func recover(_ file: String) async throws -> BreakGlassReport {
        let text = file == "-" ? readLine() : try? String(contentsOfFile: file, encoding: .utf8)
        guard let code = text?.trimmingCharacters(in: .whitespacesAndNewlines), !code.isEmpty else {
            throw CommandExit(.unusable, "There is no code in \(file).")
        }
        let recovered = try await connection.stranger().recoverBreakGlass(
            BreakGlassRecovery(
                account: account ?? "", code: code, environment: environment.name?.rawValue ?? "", reason: reason,
                incident: incident, minutes: minutes))
        var kept = SignedIn.load()
        let entry = SignedIn.Entry(
            account: recovered.use.account, token: recovered.token, expiresAt: recovered.use.expiresAt)
        try kept.keep(entry, for: connection.address().url, at: Date())
        return recovered.use
    }
}

/// `switchyard break-glass end ID`
struct BreakGlassEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "end", abstract: "Ends it before its time.")

    @Argument(help: "Its id, as 'break-glass list' shows it.", transform: { try identifier($0) })
    var use: UUID
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let ended = try await connection.client().endBreakGlass(use)
        if json { return try Terminal.sayJSON(ended) }
        Terminal.say("It is over. Somebody without a part in it reviews it within 24 hours.")
    }
}

/// `switchyard break-glass review ID`
struct BreakGlassReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Judges a use that is over; by somebody without a part in it.")

    /// The judgement.
    enum Judgement: String, ExpressibleByArgument, CaseIterable {
        case justified
        case unjustified
    }

    @Argument(help: "Its id, as 'break-glass list' shows it.", transform: { try identifier($0) })
    var use: UUID
    @Argument(help: "justified or unjustified.")
    var judgement: Judgement
    @Option(help: "What you have looked at and found.")
    var note: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let reviewed = try await connection.client().reviewBreakGlass(
            use, BreakGlassReviewRequest(isJustified: judgement == .justified, note: note))
        if json { return try Terminal.sayJSON(reviewed) }
        Terminal.say("Reviewed: the use by '\(reviewed.account)' in \(reviewed.environment) was \(judgement.rawValue).")
    }
}

/// `switchyard break-glass list`
struct BreakGlassListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists uses: open ones, those without a review, and the newest others.")

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let uses = try await connection.client().breakGlassUses()
        if json { return try Terminal.sayJSON(uses) }
        if uses.isEmpty { return Terminal.say("Nobody ever broke glass here.") }
        var table = TextTable("USE", "WHO", "WHERE", "FROM", "UNTIL", "INCIDENT", "STATE", "REASON")
        for use in uses {
            table.add(
                use.id.text, use.account, use.environment, use.startedAt.formatted(.iso8601),
                (use.endedAt ?? use.expiresAt).formatted(.iso8601), use.incident,
                use.state.replacing("_", with: " "), use.reason)
        }
        table.lines.forEach(Terminal.say)
    }
}

/// `switchyard break-glass codes`
struct BreakGlassCodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes",
        abstract: "Makes ten single-use codes for when the identity provider is down; older ones open nothing any more."
    )

    @Option(help: ArgumentHelp("Write them into this file, for its owner only.", valueName: "file"))
    var output: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        CoreDumps.forbidLooking()
        let token = try await DeviceProof.ask(connection.stranger())
        let codes = try await connection.client().makeRecoveryCodes(RecoveryCodesRequest(identityToken: token))
        if let output {
            try DurableFile.write(Data((codes.codes.joined(separator: "\n") + "\n").utf8), to: output, mode: 0o600)
            if !json { return Terminal.say("Ten codes are in \(output); keep them where you find them at night.") }
        }
        if json { return try Terminal.sayJSON(codes) }
        Terminal.narrate("Each opens break-glass once; they are not shown again:")
        codes.codes.forEach(Terminal.say)
    }
}
