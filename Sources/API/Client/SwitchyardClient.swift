import AsyncHTTPClient
package import Domain
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import Synchronization

/// Speaks to a control plane; used by the command line and by tests.
package struct SwitchyardClient: Sendable {
    /// The control plane did not answer.
    package struct Unreachable: Error, CustomStringConvertible {
        package let url: String
        package let cause: String
        /// Whether somebody took the request and said nothing.
        package var isSilent = false
        package var description: String {
            "No control plane answers at \(url): \(cause). "
                + (isSilent
                    ? "It may be busy; its log says with what. What was asked for may have been done."
                    : "Start it with 'switchyard serve'.")
        }
    }

    private static let requestTimeout: TimeAmount = .seconds(60)
    private static let mostResponseBytes = 64 * 1_024 * 1_024

    /// Asks once: a client that tries a refused connection again says only at its time limit that nobody listens.
    ///
    /// It lives as long as the process, as `HTTPClient.shared` does.
    private static let singleAttempt = client(trusting: nil)
    /// Those that trust other roots than the system's, by the file of these.
    private static let trusting = Mutex<[String: HTTPClient]>([:])

    private static func client(trusting roots: String?) -> HTTPClient {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        if let roots {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(roots)
            configuration.tlsConfiguration = tls
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    let http: HTTPClient
    private let url: String
    private let token: String?

    /// `url` without a trailing slash: `http://127.0.0.1:7700`. Without a token only what is open can be asked.
    /// `trustedRoots` is a PEM file of roots that its certificate is trusted by; without it the system's count.
    package init(url: String, token: String?, trustedRoots: String? = nil) {
        self.url = url
        self.token = token
        guard let trustedRoots else {
            http = Self.singleAttempt
            return
        }
        http = Self.trusting.withLock { clients in
            let client = clients[trustedRoots] ?? Self.client(trusting: trustedRoots)
            clients[trustedRoots] = client
            return client
        }
    }

    package func status() async throws -> StatusReport { try await get(.status) }

    /// The names of all environments.
    package func environments() async throws -> [EnvironmentName] { try await get(.environments) }

    package func environment(_ name: EnvironmentName) async throws -> EnvironmentReport {
        try await get(.environment, ["environment": name.rawValue])
    }

    package func plan(_ request: DeployRequest, in environment: EnvironmentName) async throws -> PlanReport {
        try await send(.plan, ["environment": environment.rawValue], body: request)
    }

    package func deploy(_ request: DeployRequest, to environment: EnvironmentName) async throws -> DeploymentSummary {
        try await send(.deploy, ["environment": environment.rawValue], body: request)
    }

    package func rollBack(_ request: RollBackRequest, in environment: EnvironmentName) async throws
        -> DeploymentSummary
    {
        try await send(.rollBack, ["environment": environment.rawValue], body: request)
    }

    package func planContraction(in environment: EnvironmentName) async throws -> PlanReport {
        try await get(.planContraction, ["environment": environment.rawValue])
    }

    package func contract(_ request: ContractRequest, in environment: EnvironmentName) async throws
        -> DeploymentSummary
    {
        try await send(.contract, ["environment": environment.rawValue], body: request)
    }

    package func setMaintenance(_ request: MaintenanceRequest, in environment: EnvironmentName) async throws
        -> EnvironmentReport
    {
        try await send(.setMaintenance, ["environment": environment.rawValue], body: request)
    }

    /// When the maintenance page was shown or taken away, newest first.
    package func maintenance(in environment: EnvironmentName? = nil, last: Int = 20) async throws
        -> [MaintenanceChange]
    {
        try await get(
            .maintenance, query: ["environment": environment?.rawValue, "last": "\(last)"].compactMapValues { $0 }
        )
    }

    package func deployments(in environment: EnvironmentName? = nil, last: Int = 20) async throws
        -> [DeploymentSummary]
    {
        try await get(
            .deployments, query: ["environment": environment?.rawValue, "last": "\(last)"].compactMapValues { $0 }
        )
    }

    /// A deployment; with `wait`, answers as soon as its journal has more than `after`, or when the time is over.
    package func deployment(_ id: DeploymentID, after: Int = 0, wait: Duration = .zero) async throws
        -> DeploymentReport
    {
        try await get(
            .deployment, ["deployment": "\(id)"], query: ["after": "\(after)", "wait": "\(wait.components.seconds)"]
        )
    }

    /// What is proved of the release of a deployment in stages.
    package func verdict(of id: DeploymentID) async throws -> VerdictReport {
        try await get(.verdict, ["deployment": "\(id)"])
    }

    /// What was counted of its errors meanwhile.
    package func ticks(of id: DeploymentID) async throws -> TicksReport {
        try await get(.verdictTicks, ["deployment": "\(id)"])
    }

    package func promote(_ request: PromoteRequest, _ id: DeploymentID) async throws -> DeploymentSummary {
        try await send(.promote, ["deployment": "\(id)"], body: request)
    }

    package func releases() async throws -> [Release] { try await get(.releases) }

    package func release(_ text: String) async throws -> Release { try await get(.release, ["release": text]) }

    /// Removes a release that nothing needs from the store; answers what was removed.
    package func removeRelease(_ text: String) async throws -> Release {
        try await get(.removeRelease, ["release": text])
    }

    /// Sends a packed release, streamed from its file; `builtFrom` is the commit that the caller has built it from.
    package func addRelease(archive path: String, size: Int, builtFrom commit: String? = nil) async throws
        -> AddedRelease
    {
        var request = self.request(.addRelease, query: ["builtFrom": commit].compactMapValues(\.self))
        request.headers.replaceOrAdd(name: "content-type", value: "application/zstd")
        let bytes = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? bytes.close() }
        let chunks = AsyncThrowingStream<ByteBuffer, any Error> {
            try bytes.read(upToCount: 262_144).map { ByteBuffer(data: $0) }
        }
        request.body = .stream(chunks, length: .known(Int64(size)))
        return try await execute(request, timeout: .minutes(10))
    }
}

extension SwitchyardClient {
    func get<Answer: Decodable>(
        _ route: Route, _ parameters: [String: String] = [:], query: [String: String] = [:]
    ) async throws -> Answer {
        try await execute(request(route, parameters, query: query), timeout: Self.requestTimeout)
    }

    func send<Answer: Decodable>(
        _ route: Route, _ parameters: [String: String] = [:], body: some Encodable
    ) async throws -> Answer {
        var request = self.request(route, parameters)
        request.headers.replaceOrAdd(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(data: try WireFormat.encoder.encode(body)))
        return try await execute(request, timeout: Self.requestTimeout)
    }

    func request(
        _ route: Route, _ parameters: [String: String] = [:], query: [String: String] = [:]
    ) -> HTTPClientRequest {
        var components = URLComponents()
        components.queryItems = query.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0.key, value: $0.value) }
        let tail = query.isEmpty ? "" : "?" + (components.percentEncodedQuery ?? "")
        var request = HTTPClientRequest(url: url + route.path(parameters) + tail)
        request.method = HTTPMethod(rawValue: route.method.rawValue)
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        return request
    }

    private func execute<Answer: Decodable>(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> Answer {
        let (status, body) = try await answer(to: request, timeout: timeout)
        guard (200..<300).contains(status) else { throw refusal(status, body, of: request) }
        return try WireFormat.decoder.decode(Answer.self, from: body)
    }

    /// What the control plane says of a request that it did not carry out.
    func refusal(_ status: Int, _ body: Data, of request: HTTPClientRequest) -> Problem {
        (try? WireFormat.decoder.decode(Problem.self, from: body))
            ?? Problem(
                code: "unexpected_answer", title: "Unexpected answer", status: status,
                detail: "\(request.url) answered \(status) without saying why."
            )
    }

    private func answer(to request: HTTPClientRequest, timeout: TimeAmount) async throws -> (status: Int, body: Data) {
        try await reaching {
            let response = try await http.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: Self.mostResponseBytes)
            return (Int(response.status.code), Data(buffer: body))
        }
    }

    /// Turns what keeps an answer from coming into `Unreachable`.
    func reaching<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        do {
            return try await work()
        } catch let error as CancellationError {
            throw error
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            throw Unreachable(url: url, cause: "the connection is refused")
        } catch let error as HTTPClientError where [.deadlineExceeded, .readTimeout].contains(error) {
            throw Unreachable(url: url, cause: "it let the time for an answer run out", isSilent: true)
        } catch {
            throw Unreachable(url: url, cause: "\(error)")
        }
    }
}
