import API
import Foundation
import TestSupport
import Testing

/// People, roles and tokens on the real binary: who is let in, who is not, and what the record says of it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AccountTests {
    private let environments = [
        FixtureEnvironment("dev", policy: ["bake": "100ms"]),
        FixtureEnvironment(policy: ["bake": "100ms", "protected": "true"]),
    ]

    @Test func `two admins give roles, tokens carry them, and disabling somebody ends everything at once`() async throws
    {
        try await SwitchyardFixture.use(environments) { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            #expect(try await switchyard.cli(["account", "first-admin", "ana"]).status == 0)
            // From here on the machine's token only looks and goes back.
            #expect(try await switchyard.cli(["deploy", "1.0.0", "-e", "dev"]).status == 10)
            #expect(try await switchyard.cli(["status"]).status == 0)
            let ana = try await switchyard.person("ana")
            let ben = try await ana.proposes("ben", roles: ["admin"])
            #expect(try await ana.cli(["account", "confirm", ben]).status == 10, "nobody confirms their own proposal")
            #expect(
                try await switchyard.cli(["account", "confirm", ben]).status == 0, "the machine is the second voice")
            let dora = try await ana.proposes("dora", roles: ["developer", "on_call:production"])
            #expect(try await switchyard.cli(["account", "confirm", dora]).status == 10, "there are two admins now")
            #expect(try await switchyard.person("ben").cli(["account", "confirm", dora]).status == 0)

            let developer = try await switchyard.person("dora")
            #expect(try await developer.cli(["deploy", "1.0.0", "-e", "dev"]).status == 0)
            let asked = try await developer.cli(["deploy", "1.1.0", "-e", "production", "--detach"])
            #expect(asked.status == 0 && asked.output.contains("still needs   release_manager"), "\(asked)")
            #expect(try await developer.cli(["promote", "1", "--reason", "no"]).status == 10)
            #expect(try await ana.cli(["deploy", "1.0.0", "-e", "dev"]).status == 10, "an admin deploys nothing")
            #expect(try await ana.cli(["audit", "list"]).status == 10, "nor reads the record")
            let who = try await developer.cli(["whoami"])
            #expect(who.output.contains("dora") && who.output.contains("on-call in production"), "\(who)")
            let newest = try await switchyard.client.deployments(last: 1).first
            #expect(newest?.requestedBy == "dora", "the journal names the account, whatever the request says")

            try await expectGuarded(in: switchyard, ana: ana)
            let narrow = try await developer.cli([
                "token", "create", "ci", "--operation", "read_status", "--output", "\(switchyard.folder)/narrow",
            ])
            #expect(narrow.status == 10, "a token makes no token: \(narrow)")
            #expect(try await developer.cli(["account", "disable", "ana", "--reason", "no"]).status == 10)
            let stream = try switchyard.background(["logs", "-e", "dev", "--follow"] + developer.options)
            defer { stream.end() }
            #expect(try await ana.cli(["account", "disable", "dora", "--reason", "has left"]).status == 0)
            let gone = try await developer.cli(["status"])
            #expect(gone.status == 10 && gone.error.contains("taken back"), "\(gone)")
            try await eventually(within: .seconds(20), "the end of a stream whose reader may not any more") {
                !stream.isRunning
            }
            try await expectRecorded(in: switchyard, ana: ana)
        }
    }

    /// What watches over people is not changed by one of them, whatever their role.
    private func expectGuarded(in switchyard: SwitchyardFixture, ana: SignedInPerson) async throws {
        let proposal = try await ana.proposes("rolf", roles: ["release_manager"])
        #expect(try await switchyard.person("ben").cli(["account", "confirm", proposal]).status == 0)
        let rolf = try await switchyard.person("rolf")
        let text = try String(contentsOfFile: switchyard.configuration, encoding: .utf8)
        for (old, new) in [
            ("    protected: true\n", ""), ("", "\naccess: {networks: [10.8.0.0/24]}\n"),
            ("", "\naudit: {retention_months: 12}\n"),
        ] {
            let changed = "\(switchyard.folder)/changed.yaml"
            let other = old.isEmpty ? text + new : text.replacing(old, with: new)
            #expect(other != text)
            try other.write(toFile: changed, atomically: false, encoding: .utf8)
            let refused = try await rolf.cli(["config", "apply", changed])
            #expect(refused.status != 0 && refused.error.contains("are not changed by one person"), "\(new) \(refused)")
        }
    }

    /// What was refused is in the record, who did it by an identifier, and nobody's name in the clear.
    private func expectRecorded(in switchyard: SwitchyardFixture, ana: SignedInPerson) async throws {
        let auditor = try await ana.proposes("otto", roles: ["auditor"])
        #expect(try await switchyard.person("ben").cli(["account", "confirm", auditor]).status == 0)
        let reader = try await switchyard.person("otto")
        let listed = try await reader.cli(["audit", "list", "--actor", "dora", "--last", "200", "--json"])
        let entries = try WireFormat.decoder.decode([AuditEntryReport].self, from: Data(listed.output.utf8))
        #expect(entries.contains { $0.action == "deployment.open" && $0.details["actor.name"] == "dora" }, "\(listed)")
        #expect(entries.contains { $0.action == "access.refused" && $0.environment == "production" }, "\(listed)")
        for (admin, words) in [(ana, "Nothing is erased yet"), (ana, "Nothing is erased yet")] {
            #expect(
                try await admin.cli(["audit", "erase", "dora"]).output.contains(words), "one admin alone erases nothing"
            )
        }
        let erased = try await switchyard.person("ben").cli(["audit", "erase", "dora"])
        #expect(erased.status == 0 && erased.output.contains("can't be read any more"), "\(erased)")
        let export = "\(switchyard.folder)/export"
        #expect(try await reader.cli(["audit", "export", export]).status == 0)
        #expect(try await switchyard.cli(["audit", "verify", export]).status == 0)
        for file in FileManager.default.enumerator(atPath: export)?.compactMap({ $0 as? String }) ?? [] {
            let data = FileManager.default.contents(atPath: "\(export)/\(file)") ?? Data()
            #expect(data.range(of: Data("dora".utf8)) == nil, "\(file) names a person")
        }
    }
}
