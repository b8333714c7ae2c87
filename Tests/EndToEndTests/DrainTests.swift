import API
import Domain
import Foundation
import TestSupport
import Testing

/// What is under way when a release leaves: requests are answered, event streams stay until their slot is retired.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DrainTests {
    private let patient = FixtureEnvironment(policy: ["drain": "20s", "keep_releases": "1"])

    @Test func `a slow request is answered by the release that took it, in a switch and in a retirement`() async throws
    {
        try await SwitchyardFixture.use([patient]) { switchyard in
            let slow = ["EXAMPLE_SLOW_MILLISECONDS": "3000"]
            try await switchyard.add(ExampleRelease("1.0.0", environment: slow))
            try await switchyard.add(ExampleRelease("1.1.0", environment: slow))
            try await switchyard.deploy("1.0.0")

            async let duringSwitch = switchyard.ask("/slow")
            try await waitForRequest(in: "s1", of: switchyard)
            #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
            #expect(try await duringSwitch.body == "GET /slow by 1.0.0\n")

            // Going back discards the slot of 1.1.0 at once.
            async let duringRetirement = switchyard.ask("/slow")
            try await waitForRequest(in: "s2", of: switchyard)
            #expect(try await switchyard.rollBack().deployment.outcome == .rolledBack)
            #expect(try await duringRetirement.body == "GET /slow by 1.1.0\n")
        }
    }

    @Test func `an event stream stays with its release until that is retired, then it is closed`() async throws {
        let environment = FixtureEnvironment(policy: ["drain": "1s", "close_spread": "1s", "keep_releases": "1"])
        try await SwitchyardFixture.use([environment]) { switchyard in
            for version in ["1.0.0", "1.1.0", "1.2.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            let stream = try await switchyard.openEventStream()
            try await eventually(within: .seconds(20), "the first event") { await stream.events > 0 }
            try await switchyard.deploy("1.1.0")
            let events = await stream.events
            try await eventually(within: .seconds(20), "events after the switch") { await stream.events > events }
            #expect(await !stream.hasEnded)
            #expect(await stream.text.contains("data: 1.0.0"))

            try await switchyard.deploy("1.2.0")
            try await eventually(within: .seconds(60), "the end of the stream") { await stream.hasEnded }
            #expect(await !stream.text.contains("data: 1.1.0"), "it stayed with the release that it began with")
        }
    }

    private func waitForRequest(in slot: String, of switchyard: SwitchyardFixture) async throws {
        try await eventually(within: .seconds(20), "a request in flight in \(slot)") {
            let report = try await switchyard.report().slots.first { $0.slot.name.rawValue == slot }
            return (report?.inFlight ?? 0) > 0
        }
    }
}
