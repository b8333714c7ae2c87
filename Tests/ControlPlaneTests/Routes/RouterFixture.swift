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
    let freezes: FreezeDesk
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
        let ground = try await Ground(folder, logger)
        (records, running, self.folder) = (ground.records, ground.running, folder)
        let environments = Environments(deployers: [])
        let access = try AccessParts(
            settings, proxies: [], environments: Self.definitions, token: Self.token, database: ground.database,
            folder: folder,
            trail: ground.trail, logger: logger)
        desks = access.desks
        (requests, freezes) = (access.requests, access.freezes)
        let things = NamedThings(
            journal: ground.journal, commands: ground.commands, breakGlass: desks.breakGlass, requests: requests,
            freezes: access.freezes,
            environments: Self.definitions.map(\.name))
        let approved = ApprovedChanges(
            desk: requests, freezes: access.freezes, accounts: desks.records, environments: environments,
            journal: ground.journal,
            catalog: ground.catalog, infrastructure: ground.infrastructure, trail: ground.trail, logger: logger)
        let (secrets, variables) = ground.sealed.controllers(environments, ground.record.accesses, access.gatekeeper)
        server = APIServer(
            listen: "127.0.0.1:0", proxies: access.proxies, folder: folder, gatekeeper: access.gatekeeper,
            things: things, logger: logger,
            controllers: APIServer.Controllers(
                status: StatusController(
                    application: ground.application, environments: environments, world: ground.world,
                    infrastructure: ground.infrastructure, trail: ground.trail, notice: access.notice,
                    record: ground.record),
                environments: EnvironmentsController(
                    application: ground.application, environments: environments, catalog: ground.catalog,
                    world: ground.world, infrastructure: ground.infrastructure, freezes: access.freezes),
                commands: CommandsController(commands: ground.commands, journal: ground.journal),
                logs: LogsController(environments: environments, tree: ground.tree),
                deployments: DeploymentsController(journal: ground.journal, environments: environments),
                verdicts: VerdictsController(
                    journal: ground.journal, environments: environments,
                    records: VerdictStore(database: ground.database)),
                metrics: MetricsController(log: ground.log, environments: environments),
                releases: ReleasesController(
                    store: ground.store, incoming: folder.incoming, environments: environments, logger: logger),
                configuration: ConfigurationController(
                    keeper: try Self.keeper(folder, logger), gatekeeper: access.gatekeeper),
                audit: AuditController(
                    trail: ground.trail, accounts: desks.records, gatekeeper: access.gatekeeper),
                access: access.controllers(trail: ground.trail),
                requests: RequestsController(
                    desk: requests, gatekeeper: access.gatekeeper, environments: environments, catalog: ground.catalog,
                    infrastructure: ground.infrastructure, approved: approved, trail: ground.trail,
                    application: ground.application),
                secrets: secrets, settings: variables,
                facts: EnvironmentFactsController(
                    application: ground.application, environments: environments, schema: ground.schema,
                    vault: secrets.variables.vault, freezes: access.freezes, gatekeeper: access.gatekeeper,
                    infrastructure: ground.infrastructure),
                freezes: FreezesController(desk: access.freezes, environments: environments)))
    }
}

/// What the controllers stand on.
private struct Ground {
    let application = ApplicationName(unchecked: "freightops")
    let running = RunningCommands()
    let store: ArtifactStore
    let catalog: StoredReleases
    let tree: SupervisorTree
    let database: StateDatabase
    let sealed: SealedParts
    let log = RequestLog(environments: [])
    let world: World
    let schema: SchemaChanges
    let records: DeploymentStore
    let journal: Journal
    let infrastructure: Infrastructure
    let trail: AuditTrail
    let record: RecordParts
    let commands: OneOffCommands

    init(_ folder: StateFolder, _ logger: Logger) async throws {
        store = try ArtifactStore(folder: folder.artifacts)
        catalog = StoredReleases(store: store)
        tree = SupervisorTree(folder: folder.supervisor)
        let configuration = Configuration(application: application, environments: [])
        let proxy = try await HAProxy(
            folder: HAProxyFolder(folder.haproxy), settings: configuration.traffic, environments: [])
        let releases = UnpackedReleases(store: store, folder: folder.releases)
        database = StateDatabase(path: folder.database)
        sealed = try await SealedParts(configuration, database, tree: tree, folder: folder, logger: logger)
        let slots = SupervisedSlots(
            tree: tree, catalog: catalog, releases: releases, sealed: sealed, commands: running, folder: folder)
        schema = SchemaChanges(
            databases: sealed.databases, slots: slots, catalog: catalog, artifacts: releases,
            statements: StatementStore(database: database), folder: folder, boundary: { _ in })
        world = World(
            router: ProxyRouter(proxy: proxy), runtime: slots, database: schema, prober: HTTPProber(),
            catalog: catalog, telemetry: ProxyTelemetry(log: log),
            metrics: PrometheusMetrics(reader: PrometheusReader(logger: logger)))
        records = DeploymentStore(database: database) { $0.isAlive }
        journal = Journal(records: records, spool: try Spool(path: folder.spool), logger: logger)
        infrastructure = Infrastructure(
            tree: tree, proxy: proxy, cluster: nil, certificates: nil, folder: folder, logger: logger
        ) { [] }
        trail = try AuditTrail(AuditPlace(folder, application: application), logger: logger)
        record = try RecordParts(configuration, trail, tree, sealed.databases, logger)
        commands = OneOffCommands(
            environments: Environments(deployers: []), catalog: catalog, slots: slots, journal: journal,
            running: running, starts: sealed.starts, accesses: record.accesses, log: OwnLog(of: folder),
            logger: logger)
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
