import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// Who had access to the application's data, and who is forgotten.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DataAccessTests {
    private static let hasAuditing =
        FileManager.default.enumerator(atPath: "/usr/lib/postgresql")?
        .contains { ($0 as? String)?.hasSuffix("/pgaudit.so") == true } ?? false

    @Test(.enabled(if: hasAuditing, "needs Debian's postgresql-NN-pgaudit"))
    func `what a command read is recorded with who ran it, without a value, and once`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(database: "embedded")]) { switchyard in
            var release = ExampleRelease("1.0.0")
            release.migrations = ["20260101000000_people": "CREATE TABLE people (name text);"]
            try await switchyard.add(release)
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
            let uses = Set(try await accesses(of: switchyard).map(\.action))
            #expect(uses.isSuperset(of: ["data_access.back_up", "data_access.expand"]), "\(uses)")

            try await query("SELECT * FROM people WHERE name = 'Dana Dispatch'", in: switchyard)
            let reads = try await statements(of: switchyard, count: 1)
            let command = try #require(try await switchyard.client.commands().first)
            let read = try #require(reads.first)
            #expect(read.target == command.id.uuidString && read.actor != "system", "\(read)")
            #expect(read.details["object"] == "public.people" && read.details["command"] == "SELECT")
            #expect(read.details["role"] == "example_production_commands")
            let listed = try await switchyard.cli(["audit", "access", "-e", "production"])
            #expect(listed.status == 0 && listed.output.contains("public.people"), "\(listed)")

            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.start()
            try await query("SELECT count(*) FROM people", in: switchyard)
            let all = try await statements(of: switchyard, count: 2)
            #expect(all.count == 2 && Set(all.compactMap(\.target)).count == 2, "none twice: \(all)")
            try expectNowhere("Dana Dispatch", below: ["audit", "logs/postgres"], in: switchyard)
        }
    }

    @Test func `a person is erased by command, the record verifies, and an old copy of the key opens nothing`()
        async throws
    {
        try await SwitchyardFixture.use { switchyard in
            #expect(try await switchyard.cli(["maintenance", "on"]).status == 0)
            let subject = try #require(try await switchyard.client.auditEntries([:], last: 1).first?.actor)
            let (keys, copy) = ("\(switchyard.state)/audit/subjects", "\(switchyard.folder)/copy")
            try FileManager.default.copyItem(atPath: keys, toPath: copy)
            let unknown = try await switchyard.cli(["audit", "erase", "nobody-of-that-name"])
            #expect(unknown.status == 9, "\(unknown)")
            let erased = try await switchyard.cli(["audit", "erase", subject])
            #expect(erased.status == 0, "\(erased)")
            try await expectErased(switchyard)
            let entries = try await switchyard.client.auditEntries([:], last: 1_000)
            #expect(entries.contains { $0.action == "audit.erase" } && entries.contains { $0.action == "person.erase" })
            try expectNowhere("nobody-of-that-name", below: ["audit"], in: switchyard)

            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            try FileManager.default.removeItem(atPath: keys)
            try FileManager.default.copyItem(atPath: copy, toPath: keys)
            try await switchyard.start()
            try await eventually(within: .seconds(30), "the key to go again") {
                try await first(of: switchyard)?.address == "erased"
            }
            let record = "\(switchyard.folder)/record"
            #expect(try await switchyard.cli(["audit", "export", record]).status == 0)
            let verified = try await switchyard.cli(["audit", "verify", record])
            #expect(verified.status == 0, "\(verified)")
            try await expectPublished(switchyard, record: record)
        }
    }

    /// The checkpoint is there for everybody, and what was exported goes on to it.
    private func expectPublished(_ switchyard: SwitchyardFixture, record: String) async throws {
        let url = try #require(URL(string: "http://\(switchyard.apiAddress)/checkpoint"))
        try await eventually("the published checkpoint") {
            try Data(contentsOf: url).count > 0
        }
        let shown = "\(switchyard.folder)/shown"
        try Data(contentsOf: url).write(to: URL(filePath: shown))
        let later = "\(switchyard.folder)/later"
        #expect(try await switchyard.cli(["audit", "export", later]).status == 0)
        let verified = try await switchyard.cli(["audit", "verify", later, "--checkpoint", shown])
        #expect(verified.status == 0, "\(verified)")
    }

    private func expectErased(_ switchyard: SwitchyardFixture) async throws {
        let entry = try #require(try await first(of: switchyard))
        #expect(entry.address == "erased" && entry.action == "maintenance.set", "\(entry)")
    }

    private func first(of switchyard: SwitchyardFixture) async throws -> AuditEntryReport? {
        try await switchyard.client.auditEntries(["action": "maintenance.set"], last: 1_000).last
    }

    private func accesses(of switchyard: SwitchyardFixture) async throws -> [AuditEntryReport] {
        try await switchyard.client.dataAccesses(in: .production, last: 1_000)
    }

    private func statements(of switchyard: SwitchyardFixture, count: Int) async throws -> [AuditEntryReport] {
        var found: [AuditEntryReport] = []
        try await eventually(within: .seconds(30), "\(count) reads in the record") {
            found = try await accesses(of: switchyard).filter { $0.action == "data_access.statements" }
            return found.count >= count
        }
        return found
    }

    private func query(_ sql: String, in switchyard: SwitchyardFixture) async throws {
        // Read from standard input, so that the value is in no argument.
        let file = "\(switchyard.folder)/query.sql"
        try sql.write(toFile: file, atomically: true, encoding: .utf8)
        let result = try await switchyard.cli([
            "run", "-e", "production", "--", "sh", "-c", "psql -X \"$DATABASE_URL\" < \"$0\"", file,
        ])
        #expect(result.status == 0, "\(result)")
    }

    private func expectNowhere(_ text: String, below folders: [String], in switchyard: SwitchyardFixture) throws {
        for folder in folders {
            let root = "\(switchyard.state)/\(folder)"
            for case let name as String in FileManager.default.enumerator(atPath: root) ?? .init() {
                guard let data = FileManager.default.contents(atPath: "\(root)/\(name)") else { continue }
                #expect(data.range(of: Data(text.utf8)) == nil, "\(folder)/\(name)")
            }
        }
    }
}
