import Deployments
package import Domain
import Foundation
package import Logging
package import Postgres
package import Runtimes
import ServiceLifecycle
package import Traffic

/// Brings up what the environments stand on, and keeps looking after it: supervisor tree, proxy, embedded database.
///
/// What runs already is left alone: the control plane re-attaches and never restarts what is healthy.
package actor Infrastructure: ServiceLifecycle.Service {
    private let tree: SupervisorTree
    private let proxy: HAProxy
    private let cluster: PrivateCluster?
    private let certificates: CertificateKeeper?
    private let folder: StateFolder
    private let tables: @Sendable () async -> [SlotTable]
    private let logger: Logger
    private var faults: [String: String] = [:]
    private var expiryNotices = ExpiryNotices()
    private var progress = Progress.starting
    private var proxyProgress = ProxyProgress.unconfigured

    /// How far everything together has come since this process began; it never goes back, `faults` says what is wrong.
    private enum Progress {
        case starting
        /// Tree and proxy were looked after once, with whatever success.
        case attended
        /// There was a moment in which nothing was wrong.
        case ready
    }

    /// How far the proxy has come with the configuration of now; it never goes back either.
    private enum ProxyProgress {
        case unconfigured
        /// It has the configuration. One that differs from now on was edited by hand: that is reported and not undone.
        case configured
        /// It has answered with it.
        case answered
    }

    package init(
        tree: SupervisorTree, proxy: HAProxy, cluster: PrivateCluster?, certificates: CertificateKeeper?,
        folder: StateFolder, logger: Logger, tables: @escaping @Sendable () async -> [SlotTable]
    ) {
        self.tree = tree
        self.proxy = proxy
        self.cluster = cluster
        self.certificates = certificates
        self.folder = folder
        self.logger = logger
        self.tables = tables
    }

    /// Looks after everything until it is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.attendAll()
                try? await Task.sleep(for: Limits.infrastructureInterval)
            }
        }
    }

    /// Waits until proxy and database are up for the first time; throws what is wrong as soon as it is known.
    package func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(Limits.infrastructureSeconds)
        while progress != .ready {
            guard faults.isEmpty, ContinuousClock.now < deadline else {
                throw DeploymentsError.notReady(faults.values.sorted().joined(separator: "; "))
            }
            try await Task.sleep(for: Limits.newsInterval)
        }
    }

    /// The same, and that the environment's database answers now where it is the embedded one; throws why it does not.
    func waitUntilReady(for environment: EnvironmentDefinition) async throws {
        try await waitUntilReady()
        guard environment.database == .embedded else { return }
        try await cluster?.waitUntilReady(deadline: Limits.databaseAnswer)
    }

    /// Waits until the proxy's files are as they should be, or the limit is over: a deployer can do without, but has
    /// less to repair afterwards.
    func waitUntilConfigured() async {
        let deadline = ContinuousClock.now + Limits.configurationWait
        while progress == .starting, ContinuousClock.now < deadline {
            try? await Task.sleep(for: Limits.newsInterval)
        }
    }

    /// Waits until the proxy answers with the configuration of now, however long that takes.
    func waitForProxy() async {
        while proxyProgress != .answered, !Task.isCancelled { try? await Task.sleep(for: Limits.newsInterval) }
    }

    private func attendAll() async {
        await attend("supervisor") { try await self.tree.start() }
        await attend("request log") { try await self.attendRequestLog() }
        await attend("proxy") { try await self.attendProxy() }
        if progress == .starting { progress = .attended }
        await attend("certificates") { try await self.attendCertificates() }
        await attend("database") { try await self.attendDatabase() }
        if faults.isEmpty { progress = .ready }
    }

    /// What is wrong now, each in a sentence.
    package func problems() async -> [String] {
        let drift = (try? await proxy.drift()) ?? []
        let certificates = await certificates?.problems ?? []
        // Without any certificate the proxy has nothing to say beyond what is said of that.
        let told = faults.filter { $0.key != "proxy" || $0.value != faults["certificates"] }
        return told.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } + drift
            + (certificates + (await proxy.certificateProblems(now: Date()))).map { "certificates: \($0)" }
    }

    /// What is wrong with the proxy now.
    var proxyFault: String? { faults["proxy"] }

    /// Where users come in.
    package var trafficURLs: [String] { get async { await proxy.urls } }

    private func attend(_ name: String, _ work: () async throws -> Void) async {
        do {
            try await work()
            faults[name] = nil
        } catch {
            if faults[name] != "\(error)" {
                logger.error("\(name) is not as it should be", metadata: ["error": "\(error)"])
            }
            faults[name] = "\(error)"
        }
    }

    /// Keeps the log's socket open: HAProxy does not wait before it asks again for one that is closed.
    private func attendRequestLog() async throws {
        let service = try Runtimes.Service(
            name: "request-log", command: [OwnProgram.path(), "hold-request-log", "--state", folder.path],
            environment: [:], workingDirectory: folder.telemetry, unixUser: nil, openFiles: Limits.logHolderFiles,
            memoryLimit: nil, stopSeconds: 5, logFolder: "\(folder.logs)/request-log", startsAtBoot: true)
        try await tree.install(service)
        try await tree.start(service.name)
    }

    private func attendProxy() async throws {
        let needsReload = proxyProgress == .unconfigured ? try await proxy.configure(tables: tables()) : false
        let service = try Runtimes.Service(
            name: "haproxy", command: proxy.serviceCommand, environment: [:], workingDirectory: folder.haproxy,
            unixUser: nil, openFiles: proxy.serviceOpenFiles, memoryLimit: nil, stopSeconds: 10,
            longestPauseSeconds: Limits.proxyPauseSeconds, logFolder: "\(folder.logs)/haproxy", startsAtBoot: true
        )
        try await tree.install(service)
        let wasRunning = try await tree.status(service.name).state == .run
        try await tree.start(service.name)
        if wasRunning && needsReload { try await reloadProxy(service.name) }
        if proxyProgress == .unconfigured { proxyProgress = .configured }
        try await waitForProxy(service.name)
        // One that was just starting may have read the configuration before this one was written.
        if proxyProgress == .configured, try await proxy.hasOtherConfiguration() {
            try await reloadProxy(service.name)
        }
        try await proxy.routeAgain()
        proxyProgress = .answered
    }

    private func reloadProxy(_ service: String) async throws {
        do {
            try await proxy.reload()
        } catch is TrafficError {
            throw try await refusal(of: service)
        }
    }

    /// Waits until the proxy answers; one that ends instead (its port is taken) has said why in its log.
    ///
    /// It is started again first: a port may be held by one that is just ending, with threads that outlive its process.
    private func waitForProxy(_ service: String) async throws {
        let patience = ContinuousClock.now + Limits.proxyRestart
        let deadline = ContinuousClock.now + .seconds(Limits.infrastructureSeconds)
        let exits = try await tree.status(service).recentExits
        while true {
            do {
                return try await proxy.waitUntilReady(deadline: Limits.proxyAnswer)
            } catch {
                let status = try await tree.status(service)
                let runs = status.state == .run && status.recentExits == exits
                guard runs || ContinuousClock.now < patience else {
                    throw try await refusal(of: service)
                }
                guard ContinuousClock.now < deadline else { throw error }
            }
        }
    }

    private func refusal(of service: String) async throws -> ControlPlaneError {
        .proxyRefused(log: try await tree.logLines(service, last: Limits.proxyLogLines))
    }

    private func attendCertificates() async throws {
        let refreshed = try await proxy.refreshCertificates()
        if !refreshed.isEmpty { logger.info("certificates replaced", metadata: ["names": "\(refreshed)"]) }
        await tellExpiry(now: Date())
    }

    private func tellExpiry(now: Date) async {
        for certificate in expiryNotices.due(of: await proxy.endingCertificates(now: now), now: now) {
            logger.log(
                level: certificate.hasEnded ? .error : .warning, "\(certificate)",
                metadata: ["certificate": "\(certificate.name)", "end": "\(certificate.end.formatted(.iso8601))"])
        }
    }

    private func attendDatabase() async throws {
        guard let cluster else { return }
        try await cluster.prepare()
        let service = try Runtimes.Service(
            name: "postgres", command: cluster.serviceCommand, environment: [:],
            workingDirectory: cluster.folder, unixUser: cluster.unixUser, openFiles: 4_096, memoryLimit: nil,
            stopSeconds: 30, logFolder: "\(folder.logs)/postgres", startsAtBoot: true
        )
        try await tree.install(service)
        try await tree.start(service.name)
        // Nothing else is looked after meanwhile: only the first start may take long.
        try await cluster.waitUntilReady(
            deadline: progress == .ready ? Limits.databaseAnswer : .seconds(Limits.infrastructureSeconds))
    }
}
