import API
import Domain
import Foundation
import TestSupport
import Testing

/// A protected environment on the real binary: nobody deploys alone, and what was approved goes on by itself.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ApprovalTests {
    private let environment = FixtureEnvironment(policy: ["bake": "100ms", "protected": "true"])

    @Test func `a deployment waits for others, goes on by itself after a crash, and verifies`() async throws {
        try await withPeople { switchyard, people in
            let command = try switchyard.background(
                ["deploy", "1.0.0", "--reason", "the first one"] + people.dora.options)
            defer { command.end() }
            let request = try await waiting(in: switchyard)
            #expect(request.missing == ["release_manager"] && request.requestedBy == "dora")
            let id = request.id.uuidString.lowercased()
            let approve = ["approve", id, "--digest", request.digest]
            #expect(try await people.dora.cli(approve).status == 10, "a developer approves nothing")
            #expect(try await people.rita.cli(["approve", id]).status == 1, "nobody approves unseen")
            #expect(try await people.rita.cli(["approve", id, "--digest", "other"]).status == 1)
            let own = try await people.rita.cli(["deploy", "1.0.0", "--detach", "--json"])
            let ritas = try WireFormat.decoder.decode(ChangeRequestReport.self, from: Data(own.output.utf8))
            #expect(
                try await people.rita.cli(["approve", "\(ritas.id)", "--digest", ritas.digest]).status == 10,
                "nobody approves what they have asked for")
            #expect(try await people.rita.cli(["reject", "\(ritas.id)", "--reason", "dora was first"]).status == 0)
            // It ends after the approval counts and before the deployment is opened, or just after.
            try "intent:prepare".write(toFile: "\(switchyard.state)/fault", atomically: true, encoding: .utf8)
            #expect(try await people.rita.cli(approve).status == 0)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.start()
            try await eventually(within: .seconds(60), "the end of the deploy command") { !command.isRunning }
            #expect(try await switchyard.servingVersions() == ["1.0.0"], "\(command.output)")
            let over = try await switchyard.client.changeRequest(request.id)
            #expect(over.state == "done" && over.deployment != nil)
            try await expectVerified(switchyard)
        }
    }

    @Test func `what is not the same any more is void, and an approval does not outlive a changed setting`()
        async throws
    {
        try await withPeople { switchyard, people in
            #expect(try await people.dora.cli(["deploy", "1.0.0", "--detach"]).status == 0)
            let request = try await waiting(in: switchyard)
            // The digest covers what the processes get.
            try await switchyard.restart(
                changing: "    database: none", to: "    database: none\n    settings: {A: \"1\"}")
            #expect(
                try await people.rita.cli(["approve", "\(request.id)", "--digest", request.digest]).status == 0)
            try await eventually(within: .seconds(30), "a void request") {
                try await switchyard.client.changeRequest(request.id).state == "void"
            }
            #expect(try await switchyard.client.deployments(last: 5).isEmpty)
        }
    }

    @Test func `a contraction waits for a release manager and a DBA, also when the DBA asks`() async throws {
        let environment = FixtureEnvironment(
            database: "embedded",
            policy: ["bake": "100ms", "contract_after": "0s", "keep_releases": "1", "protected": "true"])
        try await SwitchyardFixture.use([environment]) { switchyard in
            var release = ExampleRelease("1.0.0", migrations: ["20250101000000_ledger": "CREATE TABLE ledger (n int);"])
            release.contractions = ["20250101000000_ledger": "DROP TABLE ledger;"]
            release.statements = ["SELECT 1"]
            try await switchyard.add(release)
            try await switchyard.deploy("1.0.0")
            let people = try await switchyard.people()
            let asked = try await people.dana.cli(["contract", "--detach", "--json"])
            #expect(asked.status == 0, "\(asked)")
            let request = try WireFormat.decoder.decode(ChangeRequestReport.self, from: Data(asked.output.utf8))
            #expect(request.missing == ["release_manager", "dba"] && request.release == nil)
            let approve = ["approve", "\(request.id)", "--digest", request.digest]
            #expect(try await people.dana.cli(approve).status == 10, "nobody approves their own")
            #expect(try await people.rita.cli(approve).status == 0)
            #expect(try await switchyard.client.deployments(last: 1).first?.kind == .deploy)
            #expect(try await people.dino.cli(approve).status == 0)
            try await eventually(within: .seconds(60), "a contraction that is done") {
                let newest = try await switchyard.client.deployments(last: 1).first
                return newest?.kind == .contract && newest?.outcome == .committed
            }
            try await expectVerified(switchyard)
        }
    }

    private func withPeople(
        _ body: (SwitchyardFixture, ApprovingPeople) async throws -> Void
    ) async throws {
        try await SwitchyardFixture.use([environment]) { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await body(switchyard, switchyard.people())
        }
    }

    private func waiting(in switchyard: SwitchyardFixture) async throws -> ChangeRequestReport {
        var found: ChangeRequestReport?
        try await eventually(within: .seconds(30), "a request that waits") {
            found = try await switchyard.client.changeRequests().first { $0.state == "waiting" }
            return found != nil
        }
        return try #require(found)
    }

    /// The record has the approval, and says that the deployment has all that it needs.
    private func expectVerified(_ switchyard: SwitchyardFixture) async throws {
        let auditor = try await switchyard.person("otto")
        let export = "\(switchyard.folder)/export"
        #expect(try await auditor.cli(["audit", "export", export]).status == 0)
        let verified = try await switchyard.cli(["audit", "verify", export])
        #expect(verified.status == 0, "\(verified)")
        let listed = try await auditor.cli(["audit", "list", "--json"])
        let entries = try WireFormat.decoder.decode([AuditEntryReport].self, from: Data(listed.output.utf8))
        #expect(entries.contains { $0.details["roles_required"] != nil && $0.details["actor.name"]?.first == "d" })
    }
}

/// Who changes and approves here: dora develops, rita manages releases, dana and dino look after the database, otto audits.
private struct ApprovingPeople {
    let dora: SignedInPerson
    let rita: SignedInPerson
    let dana: SignedInPerson
    let dino: SignedInPerson
}

extension SwitchyardFixture {
    /// Two admins' work done.
    fileprivate func people() async throws -> ApprovingPeople {
        #expect(try await cli(["account", "first-admin", "ana"]).status == 0)
        let ana = try await person("ana")
        for (name, role) in [
            ("dora", "developer"), ("rita", "release_manager"), ("dana", "dba"), ("dino", "dba"), ("otto", "auditor"),
        ] {
            let proposal = try await ana.proposes(name, roles: [role])
            #expect(try await cli(["account", "confirm", proposal]).status == 0)
        }
        return ApprovingPeople(
            dora: try await person("dora"), rita: try await person("rita"), dana: try await person("dana"),
            dino: try await person("dino"))
    }
}
