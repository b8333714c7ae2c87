import API
import Domain
import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// FreightOps Pro on the embedded PostgreSQL: the demo, and the way back while its database is down.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FreightOpsTests {
    private struct Report: Decodable {
        let requests: [String: Count]
        let deployments: [[String: Value]]
        let schema: [[String: Value]]
        let detectedAfterRequests: Int
        let detectedAfterSeconds: Double
        let greenApplicationErrors: Int

        private enum CodingKeys: String, CodingKey {
            case requests
            case deployments
            case schema
            case detectedAfterRequests = "detected_after_requests"
            case detectedAfterSeconds = "detected_after_seconds"
            case greenApplicationErrors = "green_application_errors"
        }

        enum Count: Decodable {
            case number(Int)
            case byRelease([String: Int])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                self =
                    try (try? container.decode(Int.self)).map(Count.number)
                    ?? .byRelease(container.decode([String: Int].self))
            }

            var number: Int? { if case .number(let number) = self { number } else { nil } }
            var byRelease: [String: Int]? { if case .byRelease(let counts) = self { counts } else { nil } }
        }

        enum Value: Decodable, Equatable {
            case nothing
            case number(Double)
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if container.decodeNil() {
                    self = .nothing
                } else if let number = try? container.decode(Double.self) {
                    self = .number(number)
                } else {
                    self = try .text(container.decode(String.self))
                }
            }
        }
    }

    @Test func `the demo reports what happened, and no request failed`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let path = "\(switchyard.folder)/report.json"
            let result = try await switchyard.cli([
                "demo", "--once", "--report", path, "--state", "\(switchyard.folder)/demo",
            ])
            #expect(result.status == 0, "\(result.output) \(result.error)")
            let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: path)))
            #expect(Set(report.requests.keys) == ["total", "failed", "application_errors", "by_release"])
            #expect(report.requests["failed"]?.number == 0)
            let byRelease = try #require(report.requests["by_release"]?.byRelease)
            #expect(byRelease["1.0.0", default: 0] > 0 && byRelease["1.1.0", default: 0] > 0, "\(byRelease)")
            #expect(try #require(report.requests["total"]?.number) >= byRelease.values.reduce(0, +))
            let fields = ["release", "outcome", "reason", "switch_milliseconds", "duration_seconds"]
            for deployment in report.deployments { #expect(Set(deployment.keys) == Set(fields)) }
            let outcomes = report.deployments.compactMap { $0["outcome"] }
            let expected = ["committed", "committed", "rolled_back", "committed", "rolled_back", "committed"]
            #expect(outcomes == expected.map(Report.Value.text))
            #expect(report.detectedAfterRequests > 0 && report.detectedAfterSeconds > 0)
            #expect(report.greenApplicationErrors > 0)
            let schema = report.schema.compactMap { $0["outcome"] }
            #expect(schema == ["failed", "failed", "committed"].map(Report.Value.text))
            let reasons = report.schema.compactMap { $0["reason"] }.map { "\($0)" }
            #expect(reasons[0].contains("Blocks every write of loads"), "\(reasons)")
            // Both need the old column; which of them is named first is not settled.
            #expect(reasons[1].contains(/freightops 1\.[01]\.0, which is kept/), "\(reasons)")
        }
    }

    @Test func `rollback from the command line works while PostgreSQL is down`() async throws {
        let environment = FixtureEnvironment(database: "embedded", policy: ["recovery": "2s"])
        try await SwitchyardFixture.use([environment], application: "freightops") { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await FreightOpsRelease(version: version).add(to: switchyard)
                #expect(try await switchyard.deploy(version).deployment.outcome == .committed)
            }
            #expect(try await switchyard.ask("/api/loads?limit=1").status == 200)
            try await expectWholeSuiteTried(of: "1.0.0", by: 2, in: switchyard)
            try await breakPostgres(of: switchyard)

            let back = try await switchyard.cli(["rollback", "--detach", "--reason", "the database is down"])
            #expect(back.status == 0, "\(back.output) \(back.error)")
            let serving = try await switchyard.report().serving
            #expect(serving?.version.rawValue == "1.0.0")
            let newest = try #require(try await switchyard.newestDeployment())
            let report = try await switchyard.waitForEnd(of: newest.id)
            #expect(report.deployment.outcome == .rolledBack)
            #expect(try await switchyard.ask("/health").status == 200, "the process lives, its database does not")
        }
    }

    @Test func `the scheduler marks overdue loads, is handed over by each switch and never runs twice`() async throws {
        let environment = FixtureEnvironment(database: "embedded")
        try await SwitchyardFixture.use([environment], application: "freightops") { switchyard in
            for version in ["1.0.0", "1.1.0", "1.2.0"] {
                try await FreightOpsRelease(version: version).add(to: switchyard)
                #expect(try await switchyard.deploy(version).deployment.outcome == .committed)
                if version == "1.1.0" { try await expectOverdueLoadIsMarked(in: switchyard) }
            }
            #expect(try await switchyard.rollBack().deployment.outcome == .rolledBack)
            let handedOver = [
                "1.1.0 started", "1.1.0 stopped", "1.2.0 started", "1.2.0 stopped", "1.1.0 started",
            ]
            try await eventually(within: .seconds(30), "the scheduler of the release before") {
                try schedulerLines(of: switchyard).count >= handedOver.count
            }
            #expect(try schedulerLines(of: switchyard) == handedOver)
        }
    }

    private func expectOverdueLoadIsMarked(in switchyard: SwitchyardFixture) async throws {
        let address = try await switchyard.database(application: "freightops")
        try await PostgresConnection.using(address, applicationName: "test") { connection in
            try await connection.executeScript(
                """
                INSERT INTO customers (name, city) VALUES ('Late Ltd', 'Bremen');
                INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents, pickup_at,
                                   deliver_by)
                SELECT id, 'ice', 'Bremen', 'Ulm', 1, 1, now() - interval '2 h', now() - interval '1 h' FROM customers;
                """)
        }
        try await eventually(within: .seconds(30), "a load that is overdue") {
            try await switchyard.ask("/api/loads?limit=1").body.contains("\"isOverdue\":true")
        }
    }

    /// What the server has counted is in the suite, so a rehearsal tries as many statements as that has, and tells so.
    private func expectWholeSuiteTried(
        of version: String, by deployment: Int, in switchyard: SwitchyardFixture
    ) async throws {
        struct Evidence: Decodable {
            struct Coverage: Decodable {
                let statements: Int
                let unproved: [String]
            }
            let coverage: Coverage
        }
        let suite = try String(
            contentsOfFile: "\(switchyard.folder)/freightops-\(version)/statements.sql", encoding: .utf8)
        let count = suite.split(separator: "\n").filter { $0.hasSuffix(";") }.count
        let file = "\(switchyard.state)/evidence/production/\(deployment)/rehearsal.json"
        let coverage = try JSONDecoder().decode(Evidence.self, from: Data(contentsOf: URL(filePath: file))).coverage
        #expect(coverage.statements == count && coverage.unproved == [], "\(coverage), and the suite has \(count)")
        let said = try await switchyard.cli(["history", "\(deployment)"]).output
        #expect(said.contains("\(count) statements of running releases"), "\(said)")
    }

    /// What all schedulers said of their beginning and end, in the order in which their logs took it.
    private func schedulerLines(of switchyard: SwitchyardFixture) throws -> [String] {
        let logs = "\(switchyard.state)/logs"
        let folders = try FileManager.default.contentsOfDirectory(atPath: logs).filter { $0.contains(".scheduler.") }
        let texts = try folders.map { try String(contentsOfFile: "\(logs)/\($0)/current", encoding: .utf8) }
        // The time in front is svlogd's.
        return texts.flatMap { $0.split(separator: "\n") }.sorted().compactMap { line in
            let words = line.firstMatch(of: /release\.version=(\S+) .*Scheduler (started|stopped)/)
            return words.map { "\($0.output.1) \($0.output.2)" }
        }
    }

    /// Takes PostgreSQL its control file and kills it, so that no supervisor brings it back.
    private func breakPostgres(of switchyard: SwitchyardFixture) async throws {
        let below = FileManager.default.enumerator(atPath: "\(switchyard.state)/postgres")
        let paths = below?.allObjects.compactMap { $0 as? String } ?? []
        let control = try #require(paths.first { $0.hasSuffix("global/pg_control") })
        let path = "\(switchyard.state)/postgres/\(control)"
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).away")
        Glibc.kill(-(try #require(switchyard.servicePid("postgres"))), SIGKILL)
        try await eventually(within: .seconds(30), "the end of the database") {
            try await switchyard.ask("/health/database").status != 200
        }
    }
}
