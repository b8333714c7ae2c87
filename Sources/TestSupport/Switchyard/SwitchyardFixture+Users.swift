import AsyncHTTPClient
package import Domain
import Foundation
package import LoadTesting
import NIOCore
import NIOHTTP1

/// What a user got.
package struct UserAnswer: Equatable, Sendable {
    package let status: Int
    /// The version in `x-release`; nil where the application did not answer.
    package let release: String?
    /// The slot in `x-switchyard-slot`; nil where the proxy made the answer up.
    package let slot: String?
    package let body: String
}

extension SwitchyardFixture {
    /// Asks as a user does, over a new connection.
    package func ask(_ path: String = "/", of environment: EnvironmentName = .production) async throws -> UserAnswer {
        try await answer(to: HTTPClientRequest(url: try traffic.absoluteString + path), of: environment)
    }

    /// Uploads a file as a user does, over a new connection; its second half is sent when `halfway` returns.
    package func upload(
        _ content: String, to path: String, of environment: EnvironmentName = .production,
        halfway: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> UserAnswer {
        var request = HTTPClientRequest(url: try traffic.absoluteString + path)
        request.method = .PUT
        let bytes = Array(content.utf8)
        let halves = Halves(
            first: ByteBuffer(bytes: bytes.prefix(bytes.count / 2)),
            second: ByteBuffer(bytes: bytes.suffix(bytes.count - bytes.count / 2)), between: halfway)
        request.body = .stream(halves, length: .known(Int64(bytes.count)))
        return try await answer(to: request, of: environment)
    }

    private func answer(to request: HTTPClientRequest, of environment: EnvironmentName) async throws -> UserAnswer {
        var request = request
        request.headers.add(name: "host", value: self.environment(environment).domain)
        request.headers.add(name: "connection", value: "close")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(50))
        let body = try await response.body.collect(upTo: 1_048_576)
        return UserAnswer(
            status: Int(response.status.code), release: response.headers.first(name: "x-release"),
            slot: response.headers.first(name: "x-switchyard-slot"), body: String(buffer: body))
    }

    /// The versions that answer many requests one after the other; one when exactly one release serves.
    package func servingVersions(of environment: EnvironmentName = .production, requests: Int = 10) async throws
        -> Set<String>
    {
        var versions: Set<String> = []
        for _ in 0..<requests {
            let answer = try await ask(of: environment)
            versions.insert(answer.release ?? "status \(answer.status)")
        }
        return versions
    }

    /// Waits until a release answers again, after everything was down.
    package func waitUntilServed(by version: String, of environment: EnvironmentName = .production) async throws {
        try await eventually(within: .seconds(60), "an answer of \(version)") {
            (try? await ask(of: environment))?.release == version
        }
    }

    /// A file in the folders that live across an environment's releases.
    package func sharedText(_ path: String, of environment: EnvironmentName = .production) throws -> String {
        try String(contentsOfFile: "\(state)/shared/\(environment)/\(path)", encoding: .utf8)
    }

    /// Keeps users busy with reads and writes, on kept and on new connections, while the body runs; answers what they
    /// saw, which is at least one answer.
    package func underLoad(
        of environment: EnvironmentName = .production, requestsPerSecond: Double = 60, identities: Int = 40,
        releaseHeader: String = "x-release", mix: [RequestTemplate] = SwitchyardFixture.mix,
        _ body: (LoadGenerator) async throws -> Void
    ) async throws -> LoadReport {
        var plan = try LoadPlan(baseURLs: [traffic], mix: mix)
        plan.hostHeader = self.environment(environment).domain
        plan.identities = identities
        plan.requestsPerSecond = requestsPerSecond
        plan.newConnectionShare = 0.3
        plan.releaseHeader = releaseHeader
        plan.forwardedHeader = "x-switchyard-slot"
        let load = LoadGenerator(plan: plan)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await load.run() }
            defer { group.cancelAll() }
            try await body(load)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            let seen = load.snapshot()
            guard seen.answered > 0 else { throw NeverHappened(description: "No user was answered under load.") }
            return seen
        }
    }

    package static let mix = [
        RequestTemplate(name: "read", path: "/", weight: 3),
        RequestTemplate(name: "write", method: "POST", path: "/notes") { .init("{\"note\": \($0)}") },
    ]
}

/// The body of a request in two parts, with something in between.
private struct Halves: AsyncSequence, Sendable {
    let first: ByteBuffer
    let second: ByteBuffer
    let between: @Sendable () async throws -> Void

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(halves: self) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let halves: Halves
        private var given = 0

        fileprivate init(halves: Halves) { self.halves = halves }

        mutating func next() async throws -> ByteBuffer? {
            given += 1
            if given == 1 { return halves.first }
            guard given == 2 else { return nil }
            try await halves.between()
            return halves.second
        }
    }
}
