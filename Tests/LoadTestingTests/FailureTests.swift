import Foundation
import LoadTesting
import NIOCore
import NIOPosix
import Testing

/// The generator against servers that fail: nothing may be hidden, nothing invented.
@Suite(.timeLimit(.minutes(2)))
struct FailureTests {
    @Test(arguments: [
        (FaultyServer.Behaviour.resets, FailureReason.reset),
        (.closes, .noResponse),
        (.answersHalf, .incompleteResponse),
        (.talksNonsense, .invalidResponse),
        (.hangs, .timeout),
    ])
    func `a failure on a fresh connection is counted with its cause and not tried again`(
        behaviour: FaultyServer.Behaviour, reason: FailureReason
    ) async throws {
        try await FaultyServer.run(behaviour) { url in
            var plan = try readPlan(url)
            plan.identities = 4
            plan.totalRequests = 12
            plan.requestTimeout = .milliseconds(500)
            let report = try await run(plan)

            #expect(report.total == 12 && report.failed == 12 && report.answered == 0)
            #expect(report.failuresByReason == [reason: 12])
            #expect(report.failedOnKeptConnection == 0)
            #expect(report.connectionsOpened == 12)
            #expect(report.failureSamples.count == 12)
        }
    }

    @Test func `a refused connection is a failed request`() async throws {
        let refusing = try RefusingPort()
        defer { refusing.close() }
        var plan = try readPlan(URL(string: "http://127.0.0.1:\(refusing.port)")!)
        plan.totalRequests = 5
        let report = try await run(plan)

        #expect(report.failuresByReason == [.connectionRefused: 5])
        #expect(report.connectionsOpened == 0)
    }

    @Test(arguments: [
        (FaultyServer.Behaviour.dropsSecondRequest, FailureReason.noResponse), (.resetsSecondRequest, .reset),
    ])
    func `a request on a kept connection that the server ends has failed with its cause and is not sent again`(
        behaviour: FaultyServer.Behaviour, reason: FailureReason
    ) async throws {
        try await FaultyServer.run(behaviour) { url in
            var plan = try readPlan(url)
            plan.identities = 1
            plan.totalRequests = 10
            let report = try await run(plan)

            #expect(report.total == 10 && report.answered == 5 && report.failed == 5)
            #expect(report.failuresByReason == [reason: 5])
            #expect(report.failedOnKeptConnection == 5)
            #expect(report.connectionsOpened == 5)
        }
    }

    @Test func `a request is not sent again once a byte of its answer arrived`() async throws {
        try await FaultyServer.run(.dropsSecondAnswer) { url in
            var plan = try readPlan(url)
            plan.identities = 1
            plan.totalRequests = 10
            let report = try await run(plan)

            #expect(report.answered == 5 && report.failed == 5)
            #expect(report.failedOnKeptConnection == 5)
            #expect(report.failureSamples.allSatisfy { $0.usedKeptConnection })
        }
    }

    @Test(arguments: [
        (FaultyServer.Behaviour.announcesClose, 0.0), (.announcesClose, 0.5), (.closesAfterAnswer, 1.0),
    ])
    func `a connection whose close one of the two has announced costs no request`(
        behaviour: FaultyServer.Behaviour, newConnectionShare: Double
    ) async throws {
        try await FaultyServer.run(behaviour) { url in
            var plan = try readPlan(url)
            plan.newConnectionShare = newConnectionShare
            plan.identities = 3
            plan.totalRequests = 30
            let report = try await run(plan)

            #expect(report.answered == 30 && report.failed == 0)
            #expect(report.connectionsOpened == 30)
        }
    }

    @Test func `what a stalled service kept from being sent is said, not forgotten`() async throws {
        try await FaultyServer.run(.hangs) { url in
            var plan = try readPlan(url)
            plan.identities = 1
            plan.requestsPerSecond = 1_000
            plan.duration = .milliseconds(200)
            plan.requestTimeout = .seconds(1)
            let report = try await run(plan)

            #expect(report.failuresByReason == [.timeout: 1])
            #expect(report.unsent == 199)
        }
    }

    private func readPlan(_ url: URL) throws -> LoadPlan {
        try LoadPlan(baseURLs: [url], mix: [RequestTemplate(name: "read", path: "/")])
    }
}
