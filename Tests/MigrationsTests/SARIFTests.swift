import Foundation
import Migrations
import Testing

/// The facts of SARIF 2.1.0 that readers of a log rely on.
struct SARIFTests {
    private let report: MigrationReport = {
        let step = MigrationStep(
            phase: .expand, file: "20261101000000_a/expand.sql", sql: "SELECT 1;\nDROP TABLE a;\nDROP TABLE b;")
        let migration = Migration(name: MigrationName(unchecked: "20261101000000_a"), steps: [step])
        let broken = Migration(
            name: MigrationName(unchecked: "20261102000000_b"),
            steps: [MigrationStep(phase: .contract, file: "20261102000000_b/contract.sql", sql: "selekt")])
        let migrations = [migration, broken]
        return MigrationReport(
            folder: "./db/my migrations", migrations: migrations,
            findings: MigrationCheck().findings(in: migrations))
    }()

    @Test func `the log names its version, its tool, and each rule once`() throws {
        let log = try decoded()
        #expect(log.version == "2.1.0")
        #expect(log.schema == "https://json.schemastore.org/sarif-2.1.0.json")
        let driver = try #require(log.runs.first).tool.driver
        #expect(driver.name == "Switchyard")
        #expect(driver.version == "1.2.3")
        #expect(driver.rules.map(\.id) == ["contract-in-expand", "no-revert", "syntax-error"])
        #expect(driver.rules.allSatisfy { $0.shortDescription.text.hasSuffix(".") })
    }

    @Test func `each result points at its rule and its place`() throws {
        let run = try #require(decoded().runs.first)
        #expect(run.columnKind == "unicodeCodePoints")
        #expect(run.results.count == report.findings.count)
        for result in run.results { #expect(run.tool.driver.rules[result.ruleIndex].id == result.ruleId) }
        let drops = run.results.filter { $0.ruleId == "contract-in-expand" }
        #expect(drops.map(\.level) == ["error", "error"])
        let places = drops.compactMap { $0.locations.first?.physicalLocation }
        #expect(places.map(\.region?.startLine) == [2, 3])
        #expect(places.map(\.region?.startColumn) == [1, 1])
        #expect(places.first?.artifactLocation.uri == "db/my%20migrations/20261101000000_a/expand.sql")
        let note = try #require(run.results.first { $0.ruleId == "no-revert" })
        #expect(note.level == "note")
        #expect(note.locations.first?.physicalLocation.region == nil)
    }

    private func decoded() throws -> Log {
        try JSONDecoder().decode(Log.self, from: SARIFLog(report, toolVersion: "1.2.3").json())
    }

    private struct Log: Decodable {
        let schema: String
        let version: String
        let runs: [Run]
        enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }
    private struct Run: Decodable {
        let tool: Tool
        let columnKind: String
        let results: [Result]
    }
    private struct Tool: Decodable { let driver: Driver }
    private struct Driver: Decodable {
        let name: String
        let version: String
        let rules: [Rule]
    }
    private struct Rule: Decodable {
        let id: String
        let shortDescription: Message
    }
    private struct Message: Decodable { let text: String }
    private struct Result: Decodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Message
        let locations: [Location]
    }
    private struct Location: Decodable { let physicalLocation: PhysicalLocation }
    private struct PhysicalLocation: Decodable {
        let artifactLocation: ArtifactLocation
        let region: Region?
    }
    private struct ArtifactLocation: Decodable { let uri: String }
    private struct Region: Decodable {
        let startLine: Int
        let startColumn: Int
    }
}
