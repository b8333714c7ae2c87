import API
import Deployments
import Domain
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Releases
import Runtimes
import Store
import Telemetry
import TestSupport
import Testing
import Traffic

@testable import ControlPlane

/// The real router on real parts of which none has been started.
@Suite(.timeLimit(.minutes(1))) struct AuthorizationTests {
    private static let token = "0123456789abcdef"

    @Test(arguments: Route.allCases)
    func `every route refuses who does not show the token`(route: Route) async throws {
        try await withClient { client in
            let path = route.path(["environment": "production", "deployment": "1", "release": "1.0.0"])
            let method = try #require(HTTPRequest.Method(rawValue: route.method.rawValue))
            for shown in [nil, "", "Bearer ", "Bearer wrong", Self.token, "Basic \(Self.token)"] as [String?] {
                let headers: HTTPFields = shown.map { [.authorization: $0] } ?? [:]
                let answer = try await client.execute(uri: path, method: method, headers: headers)
                #expect(answer.status == .unauthorized, "\(shown ?? "nothing")")
                #expect(answer.headers[.contentType] == "application/problem+json")
                let problem = try WireFormat.decoder.decode(Problem.self, from: Data(answer.body.readableBytesView))
                #expect(problem.code == "unauthorized")
            }
        }
    }

    @Test func `who shows the token is answered, and what is wrong with a request is said`() async throws {
        try await withClient { client in
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            let answers: [(path: String, status: Int, code: String?)] = [
                ("/deployments", 200, nil), ("/releases", 200, nil), ("/openapi.json", 200, nil),
                ("/deployments/9", 404, "not_found"), ("/deployments/nine", 400, "invalid_parameter"),
                ("/deployments?last=0", 400, "invalid_parameter"), ("/deployments?environment=X", 400, "invalid_name"),
                ("/environments/nowhere", 404, "not_found"), ("/releases/9.9.9", 404, "not_found"),
                ("/nothing", 404, "not_found"),
            ]
            for (path, status, code) in answers {
                let answer = try await client.execute(
                    uri: Route.base + path, method: .get, headers: [.authorization: "Bearer \(Self.token)"])
                #expect(answer.status.code == status, "\(path)")
                guard let code else { continue }
                let problem = try WireFormat.decoder.decode(Problem.self, from: Data(answer.body.readableBytesView))
                #expect(problem.code == code, "\(path)")
                #expect(problem.status == status, "\(path)")
            }
        }
    }

    @Test func `every route that changes something is recorded before it does`() {
        for route in Route.allCases where route.method != .get && route != .plan && route != .compareConfiguration {
            #expect(route.action != nil, "\(route)")
        }
        for route in [Route.auditEntries, .auditEntry, .dataAccesses] { #expect(route.action != nil, "\(route)") }
    }

    @Test func `everybody is shown the newest checkpoint, and nothing else`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.make()
            let server = try await server(folder)
            try await Application(router: server.router).test(.router) { client in
                #expect(try await client.execute(uri: "/checkpoint", method: .get).status == .notFound)
                let text = try await server.controllers.audit.trail.checkpoint()
                try await eventually("the checkpoint") {
                    try await client.execute(uri: "/checkpoint", method: .get).status == .ok
                }
                let shown = try await client.execute(uri: "/checkpoint", method: .get)
                #expect(String(buffer: shown.body) == text && text.hasPrefix("freightops/switchyard\n0\n"))
                #expect(shown.headers[.contentType] == "text/plain; charset=utf-8")
            }
            await server.controllers.audit.trail.close()
        }
    }

    private func withClient(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.make()
            let server = try await server(folder)
            try await Application(router: server.router).test(.router, body)
        }
    }

    private func server(_ folder: StateFolder) async throws -> APIServer {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = try ArtifactStore(folder: folder.artifacts)
        let catalog = StoredReleases(store: store)
        let tree = SupervisorTree(folder: folder.supervisor)
        let proxy = try await HAProxy(
            folder: HAProxyFolder(folder.haproxy), settings: TrafficSettings(), environments: [])
        let releases = UnpackedReleases(store: store, folder: folder.releases)
        let application = ApplicationName(unchecked: "freightops")
        let databases = EnvironmentDatabases(
            application: application, cluster: nil, passwords: DatabasePasswords(folder: folder.secrets))
        let running = RunningCommands()
        let slots = SupervisedSlots(
            tree: tree, catalog: catalog, releases: releases, databases: databases, commands: running, folder: folder)
        let stateDatabase = StateDatabase(path: folder.database)
        let schema = SchemaChanges(
            databases: databases, slots: slots, catalog: catalog, artifacts: releases,
            statements: StatementStore(database: stateDatabase), folder: folder, boundary: { _ in })
        let log = RequestLog(environments: [])
        let world = World(
            router: ProxyRouter(proxy: proxy), runtime: slots, database: schema, prober: HTTPProber(),
            catalog: catalog, telemetry: ProxyTelemetry(log: log),
            metrics: PrometheusMetrics(reader: PrometheusReader(logger: logger))
        )
        let journal = Journal(
            records: DeploymentStore(database: stateDatabase) { $0.isAlive },
            spool: try Spool(path: folder.spool), logger: logger
        )
        let infrastructure = Infrastructure(
            tree: tree, proxy: proxy, cluster: nil, certificates: nil, folder: folder, logger: logger
        ) { [] }
        let environments = Environments(deployers: [])
        let trail = try AuditTrail(AuditPlace(folder, application: application), logger: logger)
        let record = try RecordParts(
            Configuration(application: application, environments: []), trail, tree, databases, logger)
        let commands = OneOffCommands(
            environments: environments, catalog: catalog, slots: slots, journal: journal, running: running,
            logger: logger)
        let file = "\(folder.path)/switchyard.yaml"
        try "application: freightops\nenvironments: {production: {}}\n"
            .write(toFile: file, atomically: false, encoding: .utf8)
        let keeper = try ConfigurationKeeper(
            file: ConfigurationFile(path: file, variables: [:]), folder: folder, logger: logger)
        return APIServer(
            listen: "127.0.0.1:0", folder: folder, token: Self.token, logger: logger,
            controllers: APIServer.Controllers(
                status: StatusController(
                    application: application, environments: environments, world: world,
                    infrastructure: infrastructure, trail: trail, record: record
                ),
                environments: EnvironmentsController(
                    application: application, environments: environments, catalog: catalog, world: world,
                    infrastructure: infrastructure
                ),
                commands: CommandsController(commands: commands, journal: journal, accesses: record.accesses),
                logs: LogsController(environments: environments, tree: tree),
                deployments: DeploymentsController(journal: journal, environments: environments),
                verdicts: VerdictsController(
                    journal: journal, environments: environments, records: VerdictStore(database: stateDatabase)),
                metrics: MetricsController(log: log, environments: environments),
                releases: ReleasesController(
                    store: store, incoming: folder.incoming, environments: environments, logger: logger),
                configuration: ConfigurationController(keeper: keeper),
                audit: AuditController(trail: trail)
            )
        )
    }
}
