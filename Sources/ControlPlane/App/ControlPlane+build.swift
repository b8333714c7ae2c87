import API
import Access
import AsyncHTTPClient
import Deployments
import Domain
import DurableFiles
import Foundation
import Hummingbird
package import Logging
import NIOCore
import Postgres
import Releases
import Runtimes
import ServiceLifecycle
import Store
import Telemetry
import Traffic
import UnixSignals

/// The control plane: everything put together, and run until it is told to end.
package enum ControlPlaneProcess {
    /// Runs the configuration of a file on a state folder until SIGTERM or ^C; `variables` is what `${NAME}` in the file
    /// stands for.
    ///
    /// Throws before anything is touched when the file is wrong, another control plane holds the folder or the
    /// configuration cannot work on this machine.
    package static func run(
        file: String, variables: [String: String], in folder: StateFolder, logger: Logger
    ) async throws {
        let file = ConfigurationFile(path: file, variables: variables)
        let keeper = try ConfigurationKeeper(file: file, folder: folder, logger: logger)
        try await examine(folder, for: keeper.inForce)
        let isNew = try folder.lock()
        do {
            try prepare(folder, logger: logger)
            let application = await keeper.inForce.application
            let trail = try AuditTrail(
                AuditPlace(folder, application: application), redacting: OwnLog(of: folder), logger: logger)
            await trail.begin()
            var services = ServiceGroupConfiguration(
                services: [PartsService(keeper: keeper, folder: folder, trail: trail, logger: logger)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            services.maximumGracefulShutdownDuration = Limits.shutdown
            try await ServiceGroup(configuration: services).run()
            await trail.close()
        } catch {
            if isNew { folder.removeUnused() }
            throw error
        }
    }

    /// Throws what keeps a folder from being used, before anything is made in it.
    private static func examine(_ folder: StateFolder, for configuration: Domain.Configuration) async throws {
        guard folder.path.utf8.count <= Limits.statePathBytes else {
            throw ControlPlaneError.stateTooLong(path: folder.path, most: Limits.statePathBytes)
        }
        try folder.requireOwn()
        for user in try await UnixUser.ensure(configuration) {
            guard let place = try await user.hindrance(above: folder.path) else { continue }
            throw ControlPlaneError.notEnterable(path: place, user: user.name)
        }
    }

    private static func prepare(_ folder: StateFolder, logger: Logger) throws {
        try folder.refuseNewer()
        for sentence in try folder.make() { logger.warning("\(sentence)") }
        try folder.clearIncoming()
    }
}

/// Runs the parts of the control plane, and makes them anew whenever another configuration is in force.
private struct PartsService: ServiceLifecycle.Service {
    let keeper: ConfigurationKeeper
    let folder: StateFolder
    let trail: AuditTrail
    let logger: Logger

    func run() async throws {
        repeat {
            do {
                try await runParts(keeper.inForce)
            } catch {
                guard !Task.isCancelled, await keeper.takeBack(because: "\(error)") else { throw error }
            }
        } while await keeper.takeTurn() && !Task.isCancelled && !Task.isShuttingDownGracefully
    }

    private func runParts(_ configuration: Domain.Configuration) async throws {
        for user in try await UnixUser.ensure(configuration) where try await !user.canEnter(folder.path) {
            throw ControlPlaneError.notEnterable(path: folder.path, user: user.name)
        }
        let parts = try await Parts(configuration, folder: folder, trail: trail, logger: logger)
        var services = ServiceGroupConfiguration(
            services: await parts.services(configuration, keeper: keeper, folder: folder, logger: logger),
            logger: logger)
        services.maximumGracefulShutdownDuration = Limits.shutdown
        try await ServiceGroup(configuration: services).run()
    }
}

extension UnixUser {
    /// The accounts of all environments, made where they are missing; none when we are not root.
    fileprivate static func ensure(_ configuration: Domain.Configuration) async throws -> [UnixUser] {
        var users: [UnixUser] = []
        for environment in configuration.environments {
            if let user = try await ensure(environment: environment.name) { users.append(user) }
        }
        return users
    }
}

/// The parts of a control plane, made once and handed to those that need them.
private struct Parts {
    let store: ArtifactStore
    let tree: SupervisorTree
    let journal: Journal
    let world: World
    let verdicts: VerdictStore
    let requestLog: RequestLog
    let proxy: HAProxy
    let infrastructure: Infrastructure
    let certificates: CertificateKeeper?
    let environments: Environments
    let commands: OneOffCommands
    let secrets: SecretsController
    let settings: SettingsController
    let trail: AuditTrail
    let access: AccessParts
    let record: RecordParts
    let schema: SchemaChanges

    init(
        _ configuration: Domain.Configuration, folder: StateFolder, trail: AuditTrail, logger: Logger
    ) async throws {
        let store = try ArtifactStore(folder: folder.artifacts)
        let releases = UnpackedReleases(store: store, folder: folder.releases)
        try await releases.removeLeftCopies()
        let catalog = StoredReleases(store: store)
        let tree = SupervisorTree(folder: folder.supervisor)
        let proxy = try await HAProxy(
            folder: HAProxyFolder(folder.haproxy), settings: configuration.traffic,
            environments: configuration.environments, logger: logger
        )
        let faults = FaultInjection.observer(in: folder)
        let stateDatabase = StateDatabase(path: folder.database, willMigrate: folder.takeOver)
        let sealed = try await SealedParts(configuration, stateDatabase, tree: tree, folder: folder, logger: logger)
        let running = RunningCommands()
        let slots = SupervisedSlots(
            tree: tree, catalog: catalog, releases: releases, sealed: sealed, commands: running, folder: folder)
        let schema = SchemaChanges(
            databases: sealed.databases, slots: slots, catalog: catalog, artifacts: releases,
            statements: StatementStore(database: stateDatabase), folder: folder,
            boundary: { faults?("migration:\($0)") })
        await schema.removeLeftRehearsals()
        let requestLog = RequestLog(environments: configuration.environments)
        let record = try RecordParts(configuration, trail, tree, sealed.databases, logger)
        let world = World(
            router: ProxyRouter(proxy: proxy), runtime: slots,
            database: RecordedDatabase(schema, accesses: record.accesses), prober: HTTPProber(),
            catalog: catalog, telemetry: ProxyTelemetry(log: requestLog),
            metrics: PrometheusMetrics(reader: PrometheusReader(logger: logger))
        )
        let verdicts = VerdictStore(database: stateDatabase)
        let records = DeploymentStore(database: stateDatabase) { $0.isAlive }
        let journal = Journal(
            records: records, spool: try Spool(path: folder.spool), logger: logger, observer: faults)
        let deployers = try configuration.environments.map { environment in
            try EnvironmentDeployer(
                environment, world: world, journal: journal, verdicts: verdicts, in: folder, trail: trail,
                logger: logger, redacting: { sealed.variables.redacting($0, of: environment.name) })
        }
        (self.store, self.tree, self.proxy, self.schema) = (store, tree, proxy, schema)
        self.journal = journal
        self.world = world
        self.verdicts = verdicts
        (self.requestLog, self.trail, self.record) = (requestLog, trail, record)
        environments = Environments(deployers: deployers)
        commands = OneOffCommands(
            environments: environments, catalog: catalog, slots: slots, journal: journal, running: running,
            starts: sealed.starts, accesses: record.accesses, log: OwnLog(of: folder), logger: logger)
        let certificates = CertificateKeeper(
            settings: configuration.traffic, proxy: proxy, environments: configuration.environments, logger: logger)
        self.certificates = certificates
        infrastructure = Infrastructure(
            tree: tree, proxy: proxy, cluster: sealed.databases.cluster, certificates: certificates, folder: folder,
            logger: logger
        ) {
            var tables: [SlotTable] = []
            for deployer in deployers { tables.append(await deployer.table) }
            return tables
        }
        access = try AccessParts(
            configuration.access, proxies: configuration.api.trustedProxies, environments: configuration.environments,
            token: folder.loadOrMakeToken(),
            database: stateDatabase, folder: folder, trail: trail, logger: logger)
        (secrets, settings) = sealed.controllers(environments, record.accesses, access.gatekeeper)
    }

    /// In the order in which they begin; they end in reverse.
    func services(
        _ configuration: Domain.Configuration, keeper: ConfigurationKeeper, folder: StateFolder, logger: Logger
    ) async -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let approved = ApprovedChanges(
            desk: access.requests, freezes: access.freezes, accounts: access.desks.records, environments: environments,
            journal: journal,
            catalog: world.catalog, infrastructure: infrastructure, trail: trail, logger: logger)
        let api = APIServer(
            listen: configuration.api.listen, proxies: access.proxies, folder: folder, gatekeeper: access.gatekeeper,
            things: NamedThings(
                journal: journal, commands: commands, breakGlass: access.desks.breakGlass, requests: access.requests,
                freezes: access.freezes, environments: configuration.environments.map(\.name)),
            logger: logger,
            controllers: controllers(
                configuration, keeper: keeper, approved: approved, folder: folder, logger: logger))
        var services: [any ServiceLifecycle.Service] = [
            RequestLogService(
                log: requestLog, desk: proxy.folder.telemetryDesk, infrastructure: infrastructure, logger: logger),
            infrastructure, commands,
            PublishingService(
                variables: secrets.variables, environments: configuration.environments.map(\.name),
                infrastructure: infrastructure, logger: logger),
            AccessService(desks: access.desks, notice: access.notice, logger: logger), approved,
        ]
        services += record.services
        services += listeners(configuration.api, beside: api, logger: logger)
        if let certificates {
            services.append(CertificateService(keeper: certificates, infrastructure: infrastructure))
        }
        for deployer in environments.deployers {
            services.append(DeployerService(deployer: deployer, infrastructure: infrastructure))
        }
        services.append(api)
        let trial = ConfigurationTrial(
            proxy: proxy, environments: environments, infrastructure: infrastructure, folder: folder,
            metrics: MetricTrial(reader: PrometheusReader(logger: logger)))
        let changes = ConfigurationService(
            keeper: keeper, infrastructure: infrastructure, turns: await keeper.begin(with: trial))
        return services.map { .init(service: $0) }
            + [.init(service: changes, successTerminationBehavior: .gracefullyShutdownGroup)]
    }

    /// One controller per noun.
    private func controllers(
        _ configuration: Domain.Configuration, keeper: ConfigurationKeeper, approved: ApprovedChanges,
        folder: StateFolder, logger: Logger
    ) -> APIServer.Controllers {
        APIServer.Controllers(
            status: StatusController(
                application: configuration.application, environments: environments, world: world,
                infrastructure: infrastructure, trail: trail, notice: access.notice, record: record
            ),
            environments: EnvironmentsController(
                application: configuration.application, environments: environments, catalog: world.catalog,
                world: world,
                infrastructure: infrastructure, freezes: access.freezes
            ),
            commands: CommandsController(commands: commands, journal: journal),
            logs: LogsController(environments: environments, tree: tree),
            deployments: DeploymentsController(journal: journal, environments: environments),
            verdicts: VerdictsController(journal: journal, environments: environments, records: verdicts),
            metrics: MetricsController(log: requestLog, environments: environments),
            releases: ReleasesController(
                store: store, incoming: folder.incoming, environments: environments, logger: logger),
            configuration: ConfigurationController(keeper: keeper, gatekeeper: access.gatekeeper),
            audit: AuditController(
                trail: trail, accounts: access.desks.records, gatekeeper: access.gatekeeper),
            access: access.controllers(trail: trail),
            requests: RequestsController(
                desk: access.requests, gatekeeper: access.gatekeeper, environments: environments,
                catalog: world.catalog,
                infrastructure: infrastructure, approved: approved, trail: trail,
                application: configuration.application),
            secrets: secrets,
            settings: settings,
            facts: EnvironmentFactsController(
                application: configuration.application, environments: environments, schema: schema,
                vault: secrets.variables.vault, freezes: access.freezes, gatekeeper: access.gatekeeper,
                infrastructure: infrastructure),
            freezes: FreezesController(desk: access.freezes, environments: environments)
        )
    }

    /// What listens beside the API's own address.
    private func listeners(
        _ settings: APISettings, beside api: APIServer, logger: Logger
    ) -> [any ServiceLifecycle.Service] {
        var listeners: [any ServiceLifecycle.Service] = []
        if let listen = settings.publicListen {
            listeners.append(
                PublicServer(listen: listen, published: api.controllers.audit.published, logger: logger))
        }
        if let secure = settings.secure {
            listeners.append(SecureServer(settings: secure, responder: api.router.buildResponder(), logger: logger))
        }
        return listeners
    }
}

extension EnvironmentDeployer {
    fileprivate init(
        _ environment: EnvironmentDefinition, world: World, journal: Journal, verdicts: VerdictStore,
        in folder: StateFolder, trail: AuditTrail, logger: Logger, redacting: @escaping @Sendable (String) -> String
    ) throws {
        let parts = Parts(
            world: world, journal: journal, verdicts: verdicts, process: .current(),
            evidenceFolder: "\(folder.evidence)/\(environment.name)", logger: logger,
            redacting: redacting, whenEnded: { await trail.note(endOf: $0) })
        let file = try SlotTableFile(
            path: folder.slotTable(of: environment.name.rawValue), environment: environment.name,
            slotCount: environment.policy.slotCount)
        try self.init(environment: environment, file: file, parts: parts)
    }
}

/// Runs a deployer until the control plane ends; what it is doing then is handed over through the journal.
private struct DeployerService: ServiceLifecycle.Service {
    let deployer: EnvironmentDeployer
    let infrastructure: Infrastructure

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await infrastructure.waitUntilConfigured()
            await deployer.run()
        }
    }
}

/// Reads the proxy's request log until the control plane ends; where the socket's holder is not there, it is asked again.
private struct RequestLogService: ServiceLifecycle.Service {
    let log: RequestLog
    let desk: String
    let infrastructure: Infrastructure
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await infrastructure.waitUntilConfigured()
            while !Task.isCancelled {
                do {
                    try await RequestLogServer(heldAt: desk, log: log).run()
                } catch {
                    logger.error("the request log cannot be read", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Limits.infrastructureInterval)
            }
        }
    }
}

/// Asks for certificates as soon as the proxy can answer for them.
private struct CertificateService: ServiceLifecycle.Service {
    let keeper: CertificateKeeper
    let infrastructure: Infrastructure

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await infrastructure.waitForProxy()
            try? await keeper.run()
        }
    }
}
