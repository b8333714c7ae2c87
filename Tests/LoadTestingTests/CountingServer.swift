import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A real HTTP server in this process that counts what it is asked, to be compared with what the clients counted.
///
/// `/status/:code` answers with that status as the application; `/proxy/:code` as a proxy would, without the header
/// that only the application sends. Every client without a cookie is given one.
final class CountingServer: Sendable {
    struct Counts {
        var requests = 0
        var posts = 0
        var bodies: Set<String> = []
        var cookiesGiven = 0
        var cookiesSeen: Set<String> = []
        var closingRequests = 0
        var hosts: Set<String> = []
    }

    static let forwardedHeader = "x-switchyard-slot"
    static let releaseHeader = "x-freightops-version"

    private let state = Mutex(Counts())
    private let milestones = AsyncStream<Int>.makeStream()

    var counts: Counts { state.withLock { $0 } }

    /// Runs the server on a free port while `body` runs.
    static func run(_ body: @Sendable (CountingServer, URL) async throws -> Void) async throws {
        let server = CountingServer()
        let ports = AsyncStream<Int>.makeStream()
        let application = Application(
            router: server.router(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in ports.continuation.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "counting server") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in ports.stream.prefix(1) {
                try await body(server, URL(string: "http://127.0.0.1:\(port)")!)
            }
            group.cancelAll()
        }
    }

    /// Returns once the server has been asked this often.
    func waitForRequests(_ count: Int) async {
        for await seen in milestones.stream where seen >= count { return }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        for method in [HTTPRequest.Method.get, .post] {
            router.on("/status/:code", method: method) { request, context in
                try await self.answer(request, context, isApplication: true)
            }
            router.on("/proxy/:code", method: method) { request, context in
                try await self.answer(request, context, isApplication: false)
            }
        }
        return router
    }

    private func answer(
        _ request: Request, _ context: BasicRequestContext, isApplication: Bool
    ) async throws -> Response {
        let code = try context.parameters.require("code", as: Int.self)
        let body = try await String(buffer: request.body.collect(upTo: 10_000))
        var response = Response(status: .init(code: code), body: .init(byteBuffer: ByteBuffer(string: "answer")))
        let cookieNumber = count(request, body: body)
        if let cookieNumber { response.headers[.setCookie] = "switchyard_unit=u\(cookieNumber); Path=/; HttpOnly" }
        if isApplication {
            response.headers[HTTPFields.Element.Name(Self.forwardedHeader)!] = "s1"
            response.headers[HTTPFields.Element.Name(Self.releaseHeader)!] = "1.1.0"
        }
        return response
    }

    /// Returns the number of the cookie to give where the client has none.
    private func count(_ request: Request, body: String) -> Int? {
        state.withLock { counts in
            counts.requests += 1
            milestones.continuation.yield(counts.requests)
            if request.method == .post { counts.posts += 1 }
            if !body.isEmpty { counts.bodies.insert(body) }
            if request.headers[.connection] == "close" { counts.closingRequests += 1 }
            counts.hosts.insert(request.head.authority ?? "")
            if let cookie = request.headers[.cookie] {
                counts.cookiesSeen.insert(cookie)
                return nil
            }
            counts.cookiesGiven += 1
            return counts.cookiesGiven
        }
    }
}
