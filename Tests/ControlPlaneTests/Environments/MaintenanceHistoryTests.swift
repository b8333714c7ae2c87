import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// The maintenance page through the real binary, killed between what it means to do and what came of it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct MaintenanceHistoryTests {
    private static let boundaries: [(boundary: String, outcome: MaintenanceChange.Outcome)] = [
        ("intent:maintenance_on", .failed), ("done:maintenance_on", .done),
    ]

    @Test func `a kill at a boundary leaves one line that says what the page is`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for (index, (boundary, outcome)) in Self.boundaries.enumerated() {
                try switchyard.arm(boundary)
                _ = try await switchyard.cli(["maintenance", "on"])
                try await switchyard.waitForControlPlaneToEnd()
                try await switchyard.start()
                try await eventually(within: .seconds(20), "the conclusion") {
                    try await switchyard.client.maintenance().first?.outcome != nil
                }
                let changes = try await switchyard.client.maintenance()
                #expect(changes.count == index + 1)
                #expect(changes.first?.outcome == outcome)
                #expect(try await switchyard.report().maintenance == (outcome == .done))
            }
            #expect(try await switchyard.cli(["maintenance", "off"]).status == 0)
            let history = try await switchyard.cli(["history"])
            let rows = history.output.split(separator: "\n").dropFirst()
            #expect(rows.first?.contains("maintenance off") == true && rows.count == 3, "\(history.output)")
            #expect(rows.allSatisfy { $0.contains("production") })
        }
    }
}
