import Deployments
import Domain
import DurableFiles
import Foundation
import Glibc
import Migrations
import Postgres
import Runtimes
import Secrets

/// The release of a slot, as a rehearsal tries it: its web process alone, with settings for rehearsals, in a network in
/// which there is nothing but the clone.
struct IsolatedRelease: ReleaseTrial {
    let running: RunningRelease
    let manifest: ReleaseManifest
    /// What the web process is started as: program, variables, account and folder.
    let service: Service
    /// The clone's server.
    let cluster: PrivateCluster
    /// The role that the process logs in to the clone as.
    let role: String
    /// A folder of the rehearsal for sockets and what the process writes.
    let folder: String
    let host: String
    let deadline: Duration

    var name: String { running.release.description }

    /// The port of the database and of the web process in that network, where nobody else has any.
    static let databasePort = 5_432
    static let webPort = 8_000

    func faults(on clone: PostgresAddress) async throws -> [String] {
        if let obstacle = await NetworkIsolation.obstacle() { throw TrialImpossible("\(obstacle).") }
        let password = SecretFile.randomText(bytes: 24)
        try await cluster.admit(role, password: password)
        let socket = "\(folder)/\(running.slot).http"
        unlink(socket)
        var trial = service
        trial.environment["DATABASE_URL"] =
            "postgresql://\(role):\(password)@127.0.0.1:\(Self.databasePort)/\(clone.database ?? "")"
        trial.environment["HOST"] = "127.0.0.1"
        trial.environment["PORT"] = "\(Self.webPort)"
        let ready = trial
        return try await withThrowingTaskGroup(of: [String].self) { group in
            group.addTask { try await run(ready, socket: socket) }
            group.addTask { try await faultsWhenWarm(socket) }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// Runs the process until it ends by itself, which is a fault, or the task is cancelled.
    private func run(_ service: Service, socket: String) async throws -> [String] {
        let process = IsolatedProcess(
            command: service.command, variables: service.environment, folder: service.workingDirectory,
            unixUser: service.unixUser, webSocket: socket, webPort: Self.webPort,
            databaseSocket: try cluster.socketPath(), databasePort: Self.databasePort,
            log: "\(folder)/\(running.slot).log")
        // It was given no secret of the environment; a row of the clone may hold a card number.
        return [Redactor.redacting("its web process \(try await process.run())", .none)]
    }

    /// Waits until it is healthy, then asks for every key feature.
    private func faultsWhenWarm(_ socket: String) async throws -> [String] {
        let prober = HTTPProber(socket: socket)
        let end = ContinuousClock.now + deadline
        while let fault = await healthFault(by: prober) {
            try Task.checkCancellation()
            guard .now < end else { return [fault] }
            try await Task.sleep(for: Limits.trialInterval)
        }
        var faults: [String] = []
        for probe in manifest.probes {
            let finding = await prober.feature(probe, port: Self.webPort, host: host)
            if !finding.isGood { faults.append(finding.sentence) }
        }
        try Task.checkCancellation()
        return faults
    }

    private func healthFault(by prober: HTTPProber) async -> String? {
        let health = await prober.health(of: manifest, port: Self.webPort, host: host)
        guard health.isGood else { return health.sentence }
        let database = await prober.database(of: manifest, port: Self.webPort, host: host)
        return database.flatMap { $0.isGood ? nil : $0.sentence }
    }
}
