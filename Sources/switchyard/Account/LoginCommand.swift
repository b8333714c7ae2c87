import API
import Access
import ArgumentParser
import Foundation

/// `switchyard login`
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Signs in by the identity provider, in a browser on whatever device; for half a day.")

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let stranger = try connection.stranger()
        let token = try await DeviceProof.ask(stranger)
        let made = try await stranger.signIn(DeviceSignInRequest(identityToken: token))
        var kept = SignedIn.load()
        let entry = SignedIn.Entry(
            account: made.token.account, token: made.text, expiresAt: made.token.expiresAt)
        try kept.keep(entry, for: connection.address().url, at: Date())
        if json { return try Terminal.sayJSON(made.token) }
        Terminal.say("You are signed in as '\(made.token.account)' until \(made.token.expiresAt.formatted(.iso8601)).")
    }
}

/// `switchyard logout`
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Ends what 'login' began; its token opens nothing any more.")

    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        var kept = SignedIn.load()
        let url = try connection.address().url
        guard let entry = kept.entries[url] else {
            return Terminal.say("Nobody is signed in to \(url).")
        }
        let id = entry.token.split(separator: "_").dropFirst().first.map(String.init) ?? ""
        do {
            try await connection.client(at: url, token: entry.token).revokeToken(id)
        } catch let problem as Problem where problem.status == 401 || problem.status == 404 {
            // It was over already.
        }
        // Only now: until it is revoked it opens something.
        _ = try kept.forget(url)
        Terminal.say("'\(entry.account)' is signed out.")
    }
}

/// `switchyard whoami`
struct WhoamiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Says as whom this command line asks, and with which roles.")

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let identity = try await connection.client().identity()
        if json { return try Terminal.sayJSON(identity) }
        guard let account = identity.account else {
            return Terminal.say("The machine's token file, which belongs to no account.")
        }
        Terminal.say("\(account) (\(identity.credential))")
        for role in identity.roles { Terminal.say("  \(role)") }
    }
}

/// Shows who somebody is, by the provider's device flow.
enum DeviceProof {
    /// Asks the person to agree in a browser, and answers the id token.
    static func ask(_ client: SwitchyardClient) async throws -> String {
        let settings = try await client.signInSettings()
        guard let issuer = settings.issuer, let clientID = settings.clientID else {
            throw CommandExit(
                .wentWrong,
                "No identity provider is configured there: use a token, with --token-file or $SWITCHYARD_TOKEN_FILE.")
        }
        let provider = IdentityProvider(
            try IdentityProviderSettings(issuer: issuer, clientID: clientID, scopes: settings.scopes))
        let device = DeviceSignIn(provider: provider)
        let invitation = try await device.begin(at: Date())
        Terminal.narrate("Open \(invitation.completeAddress ?? invitation.address)")
        Terminal.narrate(
            "and confirm the code \(invitation.userCode), until \(invitation.expiresAt.formatted(.iso8601)).")
        return try await device.wait(for: invitation, clock: { Date() }, pause: { try await Task.sleep(for: $0) })
    }
}
