import API
import Access
import Domain
import DurableFiles
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOFoundationCompat
import Ports
import Runtimes
import ServiceLifecycle

/// The REST API over HTTP, on a loopback port unless somebody decides otherwise.
struct APIServer: ServiceLifecycle.Service {
    /// One controller per noun.
    struct Controllers: Sendable {
        let status: StatusController
        let environments: EnvironmentsController
        let commands: CommandsController
        let logs: LogsController
        let deployments: DeploymentsController
        let verdicts: VerdictsController
        let metrics: MetricsController
        let releases: ReleasesController
        let configuration: ConfigurationController
        let audit: AuditController
        let access: AccessControllers
        let requests: RequestsController
        let secrets: SecretsController
        let settings: SettingsController
        let facts: EnvironmentFactsController
        let freezes: FreezesController
    }

    let listen: String
    let proxies: TrustedProxies
    let folder: StateFolder
    let gatekeeper: Gatekeeper
    let things: NamedThings
    let logger: Logger
    let controllers: Controllers

    func run() async throws {
        let address = try address()
        let application = Application(
            router: router, server: .bounded,
            configuration: .bounded(at: address, connections: Limits.apiConnections),
            onServerRunning: { await announce($0, at: address) },
            logger: logger
        )
        try await application.run()
    }

    var router: Router<AppRequestContext> {
        let router = Router(context: AppRequestContext.self)
        router.addMiddleware {
            ForwardedMiddleware(proxies: proxies)
            ProblemMiddleware()
        }
        PublicServer.addRoutes(to: router, controllers.audit.published)
        controllers.access.console.addRoutes(to: router.group())
        controllers.metrics.addRoute(
            to: router.group().add(middleware: PermissionMiddleware(gatekeeper: gatekeeper, permission: .readStatus)))
        let table = APIRouter(
            router.group(RouterPath(Route.base)), gatekeeper: gatekeeper, things: things,
            trail: controllers.audit.trail)
        controllers.status.addRoutes(to: table)
        controllers.environments.addRoutes(to: table)
        controllers.commands.addRoutes(to: table)
        controllers.logs.addRoutes(to: table)
        controllers.deployments.addRoutes(to: table)
        controllers.verdicts.addRoutes(to: table)
        controllers.releases.addRoutes(to: table)
        controllers.configuration.addRoutes(to: table)
        controllers.audit.addRoutes(to: table)
        controllers.secrets.addRoutes(to: table)
        controllers.settings.addRoutes(to: table)
        controllers.access.addRoutes(to: table)
        controllers.requests.addRoutes(to: table)
        controllers.facts.addRoutes(to: table)
        controllers.freezes.addRoutes(to: table)
        table.on(.openAPI) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(data: try OpenAPIDocument.json()))
            )
        }
        precondition(table.bound == Set(Route.allCases), "every route of the table has its handler")
        return router
    }

    /// The address to listen on; a port that the system gave once is asked for again, so that clients find it.
    private func address() throws -> ListenAddress {
        let address = try ListenAddress(listen, named: "api.listen")
        guard address.port == 0, let known = FileManager.default.contents(atPath: folder.endpoint),
            let endpoint = try? JSONDecoder().decode(Endpoint.self, from: known),
            let last = URL(string: endpoint.url)?.port, FreePort.isFree(last)
        else { return address }
        return address.with(port: last)
    }

    private func announce(_ channel: any Channel, at address: ListenAddress) async {
        let endpoint = Endpoint(url: address.url(port: channel.localAddress?.port ?? 0), pid: getpid())
        do {
            let file = try PreallocatedFile(path: folder.endpoint, padding: UInt8(ascii: " "), mode: 0o644)
            try file.replace(with: JSONEncoder().encode(endpoint))
        } catch {
            // An unchanged file still leads here: the port is asked for again at each start.
            logger.warning("the endpoint file could not be written", metadata: ["error": "\(error)"])
        }
        logger.info("ready", metadata: ["url": "\(endpoint.url)"])
    }
}
