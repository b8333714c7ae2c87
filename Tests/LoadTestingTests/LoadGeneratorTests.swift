import Foundation
import LoadTesting
import Testing

/// The generator against a real server: what both counted must be equal.
@Suite(.timeLimit(.minutes(2)))
struct LoadGeneratorTests {
    @Test func `what the clients counted is what the server counted`() async throws {
        try await CountingServer.run { server, url in
            var plan = try LoadPlan(
                baseURLs: [url],
                mix: [
                    RequestTemplate(name: "read", path: "/status/200", weight: 8),
                    RequestTemplate(name: "write", method: "POST", path: "/status/201", weight: 2) { number in
                        RequestTemplate.Body("{\"number\":\(number)}")
                    },
                ])
            plan.totalRequests = 2_000
            plan.newConnectionShare = 0.1
            plan.hostHeader = "freightops.test"
            plan.releaseHeader = CountingServer.releaseHeader
            plan.forwardedHeader = CountingServer.forwardedHeader
            let report = try await run(plan)
            let counts = server.counts

            #expect(report.total == 2_000)
            #expect(counts.requests == 2_000)
            #expect(report.answered == 2_000 && report.failed == 0 && report.unsent == 0)
            #expect(report.byTemplate["write"] == counts.posts && counts.posts > 0)
            #expect(counts.bodies.count == counts.posts)
            #expect(report.byStatus == [200: 2_000 - counts.posts, 201: counts.posts])
            #expect(report.byRelease == ["1.1.0": 2_000])
            #expect(counts.hosts == ["freightops.test"])
            #expect(counts.closingRequests > 0)
            #expect(report.connectionsOpened == counts.closingRequests + 200)
        }
    }

    @Test func `each identity keeps the cookie that it was given`() async throws {
        try await CountingServer.run { server, url in
            var plan = try LoadPlan(baseURLs: [url], mix: [RequestTemplate(name: "read", path: "/status/200")])
            plan.identities = 20
            plan.totalRequests = 400
            _ = try await run(plan)
            let counts = server.counts

            #expect(counts.cookiesGiven == 20)
            #expect(counts.cookiesSeen == Set((1...20).map { "switchyard_unit=u\($0)" }))
        }
    }

    @Test(arguments: [502, 503, 504])
    func `an answer that the proxy made up is a failed request, the application's own is its error`(
        status: Int
    ) async throws {
        try await CountingServer.run { _, url in
            var plan = try LoadPlan(
                baseURLs: [url],
                mix: [
                    RequestTemplate(name: "proxy", path: "/proxy/\(status)"),
                    RequestTemplate(name: "application", path: "/status/\(status)"),
                ])
            plan.identities = 5
            plan.totalRequests = 100
            plan.forwardedHeader = CountingServer.forwardedHeader
            let report = try await run(plan)

            #expect(report.failed == report.byTemplate["proxy"])
            #expect(report.applicationErrors == report.byTemplate["application"])
            #expect(report.failed + report.applicationErrors == 100)
            let reason = try #require(FailureReason(rawValue: "proxyMade\(status)"))
            #expect(report.failuresByReason == [reason: report.failed])
            #expect(report.failureSamples.allSatisfy { $0.path == "/proxy/\(status)" && $0.reason == reason })
        }
    }

    @Test func `a redirect by the proxy is no failure and is counted as the proxy's`() async throws {
        try await CountingServer.run { _, url in
            var plan = try LoadPlan(baseURLs: [url], mix: [RequestTemplate(name: "moved", path: "/proxy/301")])
            plan.totalRequests = 10
            plan.forwardedHeader = CountingServer.forwardedHeader
            let report = try await run(plan)

            #expect(report.proxyAnswers == 10 && report.failed == 0 && report.applicationErrors == 0)
            #expect(report.byRelease == [LoadReport.unknownRelease: 10])
        }
    }

    @Test(arguments: [(Duration.seconds(3_600), 1), (.zero, 20)])
    func `a kept connection that was idle for longer than allowed is replaced before the next request`(
        longestIdle: Duration, connections: Int
    ) async throws {
        try await CountingServer.run { _, url in
            var plan = try LoadPlan(baseURLs: [url], mix: [RequestTemplate(name: "read", path: "/status/200")])
            plan.identities = 1
            plan.totalRequests = 20
            plan.longestIdle = longestIdle
            let report = try await run(plan)

            #expect(report.answered == 20 && report.failed == 0)
            #expect(report.connectionsOpened == connections)
        }
    }

    @Test func `a fixed rate sends exactly what was due in its duration`() async throws {
        try await CountingServer.run { server, url in
            var plan = try LoadPlan(baseURLs: [url], mix: [RequestTemplate(name: "read", path: "/status/200")])
            plan.requestsPerSecond = 400
            plan.duration = .milliseconds(500)
            let report = try await run(plan)

            #expect(report.total + report.unsent == 200)
            #expect(server.counts.requests == report.total)
        }
    }

    @Test func `a cancelled run waits for what is on its way`() async throws {
        try await CountingServer.run { server, url in
            var plan = try LoadPlan(baseURLs: [url], mix: [RequestTemplate(name: "read", path: "/status/200")])
            plan.identities = 50
            let generator = LoadGenerator(plan: plan)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await generator.run() }
                await server.waitForRequests(300)
                group.cancelAll()
                try await group.waitForAll()
            }
            let report = generator.snapshot()

            #expect(report.total >= 300)
            #expect(report.total == server.counts.requests)
            #expect(report.failed == 0)
        }
    }

    @Test func `a plan without a usable address or template is refused`() throws {
        let template = RequestTemplate(name: "read", path: "/")
        let address = URL(string: "http://127.0.0.1:1")!
        #expect(throws: LoadPlanFault.noAddress) { try LoadPlan(baseURLs: [], mix: [template]) }
        #expect(throws: LoadPlanFault.noTemplate) { try LoadPlan(baseURLs: [address], mix: []) }
        let secure = URL(string: "https://127.0.0.1")!
        #expect(throws: LoadPlanFault.unusableAddress(secure)) { try LoadPlan(baseURLs: [secure], mix: [template]) }
        #expect(throws: LoadPlanFault.unusableTemplate("bad")) {
            try LoadPlan(baseURLs: [address], mix: [RequestTemplate(name: "bad", path: "loads")])
        }
    }
}

func run(_ plan: LoadPlan) async throws -> LoadReport {
    let generator = LoadGenerator(plan: plan)
    try await generator.run()
    return generator.snapshot()
}
