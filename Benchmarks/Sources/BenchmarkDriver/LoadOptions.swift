import ArgumentParser
import Foundation
import LoadTesting

/// Who asks how often, for every command.
struct LoadOptions: ParsableArguments {
    @Option(help: "Requests per second, kept whatever the answers do.")
    var rate = 2_000.0
    @Option(help: "Clients with a cookie jar and a kept connection each.")
    var identities = 200
    @Option(help: "Share of requests over a connection of their own, from 0 to 1.")
    var newConnections = 0.2

    /// Seven reads for three writes.
    static let mixed = [read("/", weight: 7), write("/", weight: 3)]

    static func read(_ path: String, weight: Int = 1) -> RequestTemplate {
        RequestTemplate(name: "read \(path)", path: path, weight: weight)
    }

    static func write(_ path: String, weight: Int = 1) -> RequestTemplate {
        RequestTemplate(name: "write \(path)", method: "POST", path: path, weight: weight) { number in
            .init(#"{"number": \#(number)}"#)
        }
    }

    func plan(for url: URL, asking mix: [RequestTemplate] = mixed) throws -> LoadPlan {
        var plan = try LoadPlan(baseURLs: [url], mix: mix)
        plan.requestsPerSecond = rate
        plan.identities = identities
        plan.newConnectionShare = newConnections
        // HAProxy sets it on what an application server answered and on nothing else: "environment/slot".
        plan.releaseHeader = "x-switchyard-slot"
        plan.forwardedHeader = "x-switchyard-slot"
        return plan
    }
}

extension LoadGenerator {
    /// Keeps the load up while something happens; answers what the clients saw of it.
    func running(_ body: () async throws -> Void) async throws -> LoadReport {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.run() }
            defer { group.cancelAll() }
            try await body()
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return snapshot()
        }
    }
}
