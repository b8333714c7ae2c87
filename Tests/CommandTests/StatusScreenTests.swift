import API
import Domain
import Foundation
import Testing

@testable import switchyard

/// What `status` shows of a report on a screen, and that it fits there.
struct StatusScreenTests {
    private static let screen = StatusScreen.Size(lines: 24, columns: 100)
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func slot(
        _ number: Int, _ role: Slot.Role, version: String, processes: Int, name: String = "freightops",
        warning: String? = nil
    ) throws -> SlotReport {
        let release = ReleaseReference(
            name: try ApplicationName(name), version: try ReleaseVersion(version),
            digest: try ArtifactDigest(String(repeating: "a", count: 64)))
        return SlotReport(
            slot: Slot(
                name: SlotName(number: number), role: role,
                occupant: Occupant(release: release, deployment: DeploymentID(number))),
            processes: (1...processes).map {
                ProcessStatus(name: "web-\($0)", isRunning: true, pid: $0, exits: 0, lastExit: nil, warning: warning)
            },
            inFlight: 7)
    }

    private static func environment(_ name: String, slots: [SlotReport]) throws -> EnvironmentReport {
        let ways = slots.dropFirst().compactMap { $0.slot.occupant?.release }
        return EnvironmentReport(
            name: try EnvironmentName(name), domains: [], maintenance: false,
            serving: slots.first?.slot.occupant?.release, split: Split(), slots: slots, current: nil, waysBack: ways)
    }

    private static func report(_ environments: [EnvironmentReport], problems: [String] = []) throws -> StatusReport {
        StatusReport(
            version: "1.0.0", application: try ApplicationName("freightops"), traffic: ["http://localhost:8080"],
            environments: environments, problems: problems)
    }

    private static func environments(_ names: [String], slots: Int) throws -> [EnvironmentReport] {
        try names.map { name in
            try environment(
                name,
                slots: (1...slots).map {
                    try slot($0, $0 == 1 ? .stable : .kept, version: "1.\(slots - $0).0", processes: 2)
                })
        }
    }

    private func text(_ report: StatusReport, on size: StatusScreen.Size? = Self.screen) -> String {
        StatusScreen(report: report, size: size, now: Self.now).lines.map(\.text).joined(separator: "\n")
    }

    @Test func `one environment is shown whole, on a screen as anywhere else`() throws {
        let report = try Self.report(Self.environments(["production"], slots: 3), problems: ["haproxy: it is away."])
        let expected = """
            freightops on http://localhost:8080

            production serves freightops 1.2.0
              SLOT  ROLE    RELEASE           PROCESSES    IN FLIGHT
              s1    stable  freightops 1.2.0  web-1 web-2  7
              s2    kept    freightops 1.1.0  web-1 web-2  7
              s3    kept    freightops 1.0.0  web-1 web-2  7
              way back: freightops 1.1.0, then freightops 1.0.0

            ! haproxy: it is away.
            """
        #expect(text(report) == expected)
        #expect(text(report, on: nil) == expected)
    }

    @Test func `what is worth knowing of several processes is said once`() throws {
        let slots = try [
            Self.slot(1, .stable, version: "1.1.0", processes: 2, warning: "it is so."),
            Self.slot(2, .kept, version: "1.0.0", processes: 1),
        ]
        let lines = text(try Self.report([Self.environment("production", slots: slots)])).split(separator: "\n")
        #expect(lines.filter { $0.contains("it is so.") } == ["  s1 web-1, s1 web-2: it is so."])
    }

    @Test func `of four environments with three slots each, the last has one line`() throws {
        let report = try Self.report(Self.environments(["production", "staging", "training", "preview"], slots: 3))
        let lines = text(report).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 24)
        #expect(lines.last == "preview serves freightops 1.2.0 … switchyard status preview")
        #expect(lines.count { $0.hasPrefix("  way back: ") } == 3)
        #expect(text(report, on: nil).split(separator: "\n").count { $0.hasPrefix("  way back: ") } == 4)
    }

    @Test func `as many problems are told as fit, with how many are left, and what serves, too`() throws {
        let problems = (1...30).map { "production: web-\($0) of the serving release in s1 does not run; it exited." }
        let report = try Self.report(Self.environments(["production", "staging"], slots: 3), problems: problems)
        let lines = text(report).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("production serves freightops 1.2.0") })
        #expect(lines.contains { $0.hasPrefix("staging serves freightops 1.2.0") })
        let told = lines.count { $0.hasPrefix("! production: ") }
        #expect(told >= 5)
        #expect(lines.last == "! … and \(30 - told) more: switchyard status | grep '^!'")
        #expect(text(report, on: nil).split(separator: "\n").count { $0.hasPrefix("! ") } == 30)
    }

    @Test func `a long sentence is wrapped, not cut`() throws {
        let sentence = (1...40).map { "word\($0)" }.joined(separator: " ")
        let shown = text(try Self.report(Self.environments(["production"], slots: 1), problems: [sentence]))
        #expect(shown.split(separator: /\s+/).suffix(41).joined(separator: " ") == "! \(sentence)")
    }

    /// Environments, slots of each, processes of each slot, problems.
    private static let sizes = [
        (1, 1, 1, 0), (1, 12, 40, 0), (2, 3, 2, 30), (4, 3, 2, 0), (4, 3, 2, 3), (30, 4, 9, 0), (30, 12, 40, 30),
    ]

    @Test(arguments: sizes, [screen, StatusScreen.Size(lines: 12, columns: 60)])
    func `it fits`(numbers: (Int, Int, Int, Int), size: StatusScreen.Size) throws {
        let name = "an-application-of-32-characters-"
        let environments = try (1...numbers.0).map { number in
            try Self.environment(
                "environment-\(number)",
                slots: (1...numbers.1).map {
                    try Self.slot(
                        $0, .kept, version: "1.0.0-\(String(repeating: "x", count: 40))", processes: numbers.2,
                        name: "\(name.dropLast())")
                })
        }
        let problems = (0..<numbers.3).map { "\($0): " + String(repeating: "it hurts ", count: 20) }
        let lines = StatusScreen(
            report: try Self.report(environments, problems: problems), size: size, now: Self.now
        ).lines
        #expect(lines.count <= size.lines, "\(lines.map(\.text).joined(separator: "\n"))")
        #expect(lines.allSatisfy { $0.text.count <= size.columns })
        #expect(lines.contains { $0.text.hasPrefix("environment-1 serves") })
        #expect(lines.contains { $0.text.hasPrefix("! 0: ") } == (numbers.3 > 0))
    }
}
