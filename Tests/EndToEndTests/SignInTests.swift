import API
import Foundation
import TestSupport
import Testing

/// Signing in by a real OpenID Connect provider, on the command line and in a browser, and doing without it at night.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SignInTests {
    private let environments = [
        FixtureEnvironment("dev", policy: ["bake": "100ms"]),
        FixtureEnvironment(policy: ["bake": "100ms", "protected": "true"]),
    ]

    @Test func `people sign in, break glass with fresh proof, and by codes once the provider is down`() async throws {
        try await RunningProvider.with { provider in
            try await provider.set("otto", claims: ["email": "otto@example.com", "email_verified": true])
            try await SwitchyardFixture.use(environments, settings: settings(provider)) { switchyard in
                try await switchyard.add(ExampleRelease("1.0.0"))
                #expect(try await switchyard.cli(["account", "first-admin", "ana@example.com"]).status == 0)
                #expect(try await switchyard.cli(["whoami"]).output.contains("token file"))
                #expect(
                    try await switchyard.cli(["token", "create", "x", "--account", "ana@example.com"]).status == 10,
                    "with a provider nobody else vouches for people")
                try await signIn(["login"], as: "ana", provider, switchyard)
                #expect(try await switchyard.cli(["whoami"]).output.contains("ana@example.com"))
                for (account, role) in [
                    ("otto@example.com", "on_call:production"), ("rita@example.com", "release_manager"),
                ] {
                    let proposal = try await propose(account, role, switchyard)
                    let confirmed = try await switchyard.cli(
                        ["account", "confirm", proposal, "--token-file", "\(switchyard.state)/token"])
                    #expect(confirmed.status == 0, "\(confirmed)")
                }
                #expect(try await switchyard.cli(["logout"]).status == 0)
                try await signIn(["login"], as: "otto", provider, switchyard)
                #expect(try await switchyard.cli(["run", "-e", "production", "--", "true"]).status == 10)
                let codes = "\(switchyard.folder)/codes"
                try await signIn(["break-glass", "codes", "--output", codes], as: "otto", provider, switchyard)
                let reason = ["-e", "production", "--incident", "INC-7", "--reason", "checkout is down"]
                try await signIn(["break-glass", "start"] + reason, as: "otto", provider, switchyard)
                try await eventually(within: .seconds(20), "the notice") {
                    let told = try? String(contentsOfFile: "\(switchyard.folder)/told", encoding: .utf8)
                    return told?.contains("rita@example.com") == true && told?.contains("INC-7") == true
                }
                #expect(try await switchyard.cli(["status"]).output.contains("acts alone in production"))
                let deployed = try await switchyard.cli(["deploy", "1.0.0", "-e", "production"])
                #expect(deployed.status == 0, "\(deployed)")
                try await recover(codes: codes, reason, provider, switchyard)
                try await expectRecorded(switchyard)
            }
        }
    }

    /// With the provider gone, a code opens it once.
    private func recover(
        codes: String, _ reason: [String], _ provider: RunningProvider, _ switchyard: SwitchyardFixture
    ) async throws {
        let uses = try await switchyard.client.breakGlassUses()
        #expect(try await switchyard.cli(["break-glass", "end", uses[0].id.uuidString.lowercased()]).status == 0)
        #expect(try await switchyard.cli(["run", "-e", "production", "--", "true"]).status == 10)
        provider.kill()
        let code = try #require(try String(contentsOfFile: codes, encoding: .utf8).split(separator: "\n").first)
        let file = "\(switchyard.folder)/code"
        try String(code).write(toFile: file, atomically: false, encoding: .utf8)
        let recovery = ["break-glass", "start", "--account", "otto@example.com", "--code-file", file] + reason
        let opened = try await switchyard.cli(recovery)
        #expect(opened.status == 0 && opened.output.contains("You act alone"), "\(opened)")
        let again = try await switchyard.cli(recovery)
        #expect(again.status == 10 && again.error.contains("works once"), "a code that was used: \(again)")
        #expect(try await switchyard.cli(["maintenance", "on", "-e", "production"]).status == 0)
    }

    /// All that was done under it says so, and each use is in the record.
    private func expectRecorded(_ switchyard: SwitchyardFixture) async throws {
        let export = "\(switchyard.folder)/export"
        let log = "\(switchyard.state)/audit/log"
        try await eventually("entries under break-glass") {
            let files = FileManager.default.enumerator(atPath: log)?.compactMap { $0 as? String } ?? []
            let text = files.map { FileManager.default.contents(atPath: "\(log)/\($0)") ?? Data() }
            return text.contains { $0.range(of: Data(#""flags":["break-glass"]"#.utf8)) != nil }
        }
        #expect(
            try await switchyard.cli(["audit", "export", export]).status == 10, "who acts does not read the record")
        switchyard.kill(SIGTERM)
        try await switchyard.waitForControlPlaneToEnd()
        #expect(try await switchyard.cli(["audit", "export", export]).status == 0)
        let verified = try await switchyard.cli(["audit", "verify", export])
        #expect(verified.status == 0 && verified.output.contains("whose review is open"), "\(verified)")
    }

    @Test func `a browser gets a session of its own, and the page says who is signed in`() async throws {
        try await RunningProvider.with { provider in
            try await SwitchyardFixture.use(environments, settings: settings(provider)) { switchyard in
                #expect(try await switchyard.cli(["account", "first-admin", "ana@example.com"]).status == 0)
                let browser = Browser(at: "http://\(switchyard.apiAddress)")
                #expect(try await browser.get("/").body.contains("You are not signed in"))
                let departure = try await browser.get("/sign-in?to=//evil.example")
                #expect(departure.status == 303)
                let location = try await provider.location(from: departure.location)
                browser.plant("__Host-switchyard", String(repeating: "a", count: 64))
                let query = try #require(URLComponents(string: location)?.percentEncodedQuery)
                let arrival = try await browser.get("/sign-in/return?" + query)
                #expect(arrival.status == 303 && arrival.location == "/", "\(arrival)")
                #expect(browser.cookie("__Host-switchyard") != String(repeating: "a", count: 64))
                let page = try await browser.get("/")
                #expect(page.body.contains("ana@example.com") && page.body.contains("Sign out"))
                #expect(try await browser.get("/sign-in/return?" + query).status == 401, "a replayed answer")
                #expect(try await browser.get("/api/v1/identity").body.contains("ana@example.com"))
                #expect(try await browser.post("/sign-out", "form_token=").status == 403)
                let token = try #require(page.body.firstMatch(of: /name="form_token" value="([0-9a-f]+)"/)?.output.1)
                let before = browser.cookie("__Host-switchyard")
                #expect(try await browser.post("/sign-out", "form_token=\(token)").status == 303)
                browser.plant("__Host-switchyard", before)
                #expect(try await browser.get("/api/v1/identity").status == 401, "the session is over on our side")
            }
        }
    }

    private func settings(_ provider: RunningProvider) -> String {
        """
        access:
          break_glass_notice: [sh, -c, 'cat >> FOLDER/told']
          sign_in:
            issuer: \(provider.issuer)
            client_id: switchyard
            address: http://127.0.0.1:9
        """
    }

    private func propose(_ account: String, _ role: String, _ switchyard: SwitchyardFixture) async throws -> String {
        let result = try await switchyard.cli(
            ["account", "propose", account, "--role", role, "--reason", "joins", "--json"])
        return try WireFormat.decoder.decode(RoleProposalReport.self, from: Data(result.output.utf8)).id.uuidString
    }

    /// Runs a command that asks for a browser, and agrees there.
    private func signIn(
        _ arguments: [String], as person: String, _ provider: RunningProvider, _ switchyard: SwitchyardFixture
    ) async throws {
        let command = try switchyard.background(arguments)
        defer { command.end() }
        var code = ""
        try await eventually(within: .seconds(20), "a code to agree to") {
            code = command.output.firstMatch(of: /the code ([A-Z0-9-]+)/).map { String($0.output.1) } ?? ""
            return !code.isEmpty
        }
        try await provider.agree(code, as: person)
        try await eventually(within: .seconds(30), "the end of '\(arguments.joined(separator: " "))'") {
            !command.isRunning
        }
    }
}
