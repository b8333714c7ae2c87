package import Audit
import Foundation
import Hummingbird
package import Logging
import NIOCore

/// A witness of audit records over HTTP (C2SP tlog-witness): it cosigns a checkpoint only if that continues the last one.
package struct WitnessServer: Sendable {
    private let witness: Witness
    private let address: ListenAddress
    private let logger: Logger

    /// Listens at `listen`, such as `127.0.0.1:7443`; throws where that is no address and port.
    package init(_ witness: Witness, listen: String, logger: Logger) throws {
        self.witness = witness
        address = try ListenAddress(listen, named: "--listen")
        self.logger = logger
    }

    /// Answers until SIGTERM or ^C.
    package func run() async throws {
        let (address, logger) = (address, logger)
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: "switchyard"),
            onServerRunning: { channel in
                logger.info("ready", metadata: ["url": "\(address.url(port: channel.localAddress?.port ?? 0))"])
            },
            logger: logger)
        try await application.runService()
    }

    private var router: Router<WitnessRequestContext> {
        let router = Router(context: WitnessRequestContext.self)
        let (witness, logger) = (witness, logger)
        router.get("/health") { _, _ in "ok\n" }
        router.post("/add-checkpoint") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: Limits.witnessBytes))
            let answer = try witness.addCheckpoint(body, now: Date())
            if case .forked(let size) = answer {
                logger.critical("a log shows another tree than before", metadata: ["size": "\(size)"])
            }
            return Response(
                status: .init(code: answer.status),
                headers: [.contentType: answer.status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
        }
        return router
    }
}

/// What goes along with a request to a witness.
private struct WitnessRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }

    var maxUploadSize: Int { Limits.witnessBytes }
}
