import API
import Access
import Approvals
import Deployments
import Domain
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Releases
import Runtimes
import Store
import Telemetry
import TestSupport
import Traffic

@testable import ControlPlane

/// The real router on real parts of which none has been started; it knows dev, and production, which is protected.
struct RouterFixture {
    /// The machine's.
    static let token = "0123456789abcdef"

    let server: APIServer
    let desks: AccessDesks
    let records: DeploymentStore
    let running: RunningCommands
    let requests: RequestDesk
    let folder: StateFolder

    static func use(
        _ settings: AccessSettings = AccessSettings(),
        _ body: @escaping @Sendable (RouterFixture, any TestClientProtocol) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.make()
            let fixture = try await RouterFixture(folder, settings)
            try await Application(router: fixture.server.router).test(.router) { try await body(fixture, $0) }
        }
    }

    private static let definitions = [
        EnvironmentDefinition(name: EnvironmentName(unchecked: "dev"), domains: []),
        EnvironmentDefinition(name: .production, domains: [], isProtected: true),
    ]

    private static func keeper(_ folder: StateFolder, _ logger: Logger) throws -> ConfigurationKeeper {
        let file = "\(folder.path)/switchyard.yaml"
        try "application: freightops\nenvironments: {production: {}}\n"
            .write(toFile: file, atomically: false, encoding: .utf8)
        return try ConfigurationKeeper(
            file: ConfigurationFile(path: file, variables: [:]), folder: folder, logger: logger)
    }

    private init(_ folder: StateFolder, _ settings: AccessSettings) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = try ArtifactStore(folder: folder.artifacts)
        let catalog = StoredReleases(store: store)
        let tree = SupervisorTree(folder: folder.supervisor)
        let proxy = try await HAProxy(
            folder: HAProxyFolder(folder.haproxy), settings: TrafficSettings(), environments: [])
        let releases = UnpackedReleases(store: store, folder: folder.releases)
        let application = ApplicationName(unchecked: "freightops")
        let stateDatabase = StateDatabase(path: folder.database)
        let sealed = SealedParts(
            application, stateDatabase, tree: tree, cluster: nil, folder: folder, logger: logger)
        (running, self.folder) = (RunningCommands(), folder)
        let slots = SupervisedSlots(
            tree: tree, catalog: catalog, releases: releases, sealed: sealed, commands: running, folder: folder)
        let schema = SchemaChanges(
            databases: sealed.databases, slots: slots, catalog: catalog, artifacts: releases,
            statements: StatementStore(database: stateDatabase), folder: folder, boundary: { _ in })
        let log = RequestLog(environments: [])
        let world = World(
            router: ProxyRouter(proxy: proxy), runtime: slots, database: schema, prober: HTTPProber(),
            catalog: catalog, telemetry: ProxyTelemetry(log: log),
            metrics: PrometheusMetrics(reader: PrometheusReader(logger: logger)))
        records = DeploymentStore(database: stateDatabase) { $0.isAlive }
        let journal = Journal(records: records, spool: try Spool(path: folder.spool), logger: logger)
        let infrastructure = Infrastructure(
            tree: tree, proxy: proxy, cluster: nil, certificates: nil, folder: folder, logger: logger
        ) { [] }
        let environments = Environments(deployers: [])
        let trail = try AuditTrail(AuditPlace(folder, application: application), logger: logger)
        let commands = OneOffCommands(
            environments: environments, catalog: catalog, slots: slots, journal: journal, running: running,
            starts: sealed.starts, logger: logger)
        let access = try AccessParts(
            settings, environments: Self.definitions, token: Self.token, database: stateDatabase, folder: folder,
            trail: trail, logger: logger)
        desks = access.desks
        requests = RequestDesk(records: RequestStore(database: stateDatabase), accounts: desks.records)
        server = APIServer(
            listen: "127.0.0.1:0", folder: folder, gatekeeper: access.gatekeeper,
            things: NamedThings(
                journal: journal, commands: commands, breakGlass: desks.breakGlass, requests: requests,
                environments: Self.definitions.map(\.name)),
            logger: logger,
            controllers: APIServer.Controllers(
                status: StatusController(
                    application: application, environments: environments, world: world,
                    infrastructure: infrastructure, trail: trail, notice: access.notice),
                environments: EnvironmentsController(
                    application: application, environments: environments, catalog: catalog, world: world,
                    infrastructure: infrastructure),
                commands: CommandsController(commands: commands, journal: journal),
                logs: LogsController(environments: environments, tree: tree),
                deployments: DeploymentsController(journal: journal, environments: environments),
                verdicts: VerdictsController(
                    journal: journal, environments: environments, records: VerdictStore(database: stateDatabase)),
                metrics: MetricsController(log: log, environments: environments),
                releases: ReleasesController(
                    store: store, incoming: folder.incoming, environments: environments, logger: logger),
                configuration: ConfigurationController(keeper: try Self.keeper(folder, logger)),
                audit: AuditController(trail: trail, accounts: desks.records),
                access: access.controllers(trail: trail),
                requests: RequestsController(
                    desk: requests, gatekeeper: access.gatekeeper, environments: environments, catalog: catalog,
                    infrastructure: infrastructure,
                    approved: ApprovedChanges(
                        desk: requests, accounts: desks.records, environments: environments, journal: journal,
                        catalog: catalog, infrastructure: infrastructure, trail: trail, logger: logger), trail: trail),
                secrets: sealed.controllers(environments).0, settings: sealed.controllers(environments).1))
    }
}

extension RouterFixture {
    /// A token of somebody with these roles, made anew.
    func token(
        of name: String, _ grants: [RoleGrant], kind: Account.Kind = .person, scope: TokenScope = .whole
    ) async throws -> String {
        let name = try AccountName(name)
        let account = try await desks.records.changeAccount(name) { _ in
            Account(name: name, kind: kind, grants: grants, createdAt: Date())
        }
        let maker = Subject(account, credential: .session)
        return try await desks.tokens.make(for: account, label: "test", scope: scope, by: maker, at: Date()).text
            .revealed
    }
}
