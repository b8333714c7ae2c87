package import Domain
package import DurableFiles
import Foundation
import Glibc
package import Logging
import Turns

/// HAProxy as the data plane: writes its configuration, flips its splits, reads its counters.
///
/// HAProxy runs on its own under a supervisor (`serviceCommand`), so all of this may stop and start meanwhile. What
/// changes something happens one at a time, whatever suspends in between.
package actor HAProxy {
    package nonisolated let folder: HAProxyFolder
    package nonisolated let binary: String
    let settings: TrafficSettings
    let definitions: [EnvironmentDefinition]
    let socket: RuntimeSocket
    let logger: Logger
    private let turns = Turns()
    var tables: [EnvironmentName: SlotTable] = [:]
    /// What the certificates in use say of themselves, by file name, and the digest of what was read.
    var inspectedCertificates: [String: (digest: String, file: CertificateFile)] = [:]
    private var addresses: ListenAddresses?

    /// Looks for HAProxy 2.6 or newer: `binary`, else the PATH, else /usr/sbin.
    package init(
        folder: HAProxyFolder, settings: TrafficSettings, environments: [EnvironmentDefinition], binary: String? = nil,
        logger: Logger = Logger(label: "switchyard.traffic") { _ in SwiftLogNoOpLogHandler() }
    ) async throws {
        self.folder = folder
        self.settings = settings
        self.definitions = environments
        self.logger = logger
        self.binary = try await Programs.findHAProxy(binary)
        socket = RuntimeSocket(path: folder.masterSocket)
    }

    /// What the supervisor runs, in the foreground; `sv hup` would reload it, `reload()` does it with care.
    package nonisolated var serviceCommand: [String] {
        [binary, "-W", "-f", folder.configuration, "-S", "\(folder.masterSocket),mode,600"]
    }

    /// Open files that the service needs (`chpst -o`): two a connection and some.
    package nonisolated var serviceOpenFiles: Int { settings.maxConnections * 2 + Limits.reservedFiles }

    /// The unprivileged account that HAProxy's workers take, who also write the request log; nil where they keep that of
    /// whoever starts them.
    package static var workerAccount: UnixUser? { UnixUser.isRoot ? UnixUser(named: "haproxy") : nil }

    /// Where users come in; by loopback where HAProxy listens on all addresses. The ports are the system's choice, kept,
    /// where the settings say 0. Known after `configure`.
    package var urls: [String] {
        let pairs = [("http", addresses?.http), ("https", addresses?.https)]
        return pairs.compactMap { scheme, address in address.map { "\(scheme)://\($0.reachable)" } }
    }
    /// Where ACME's client has to answer as `host:port`; nil without an authority or before `configure`.
    package var challengeAddress: String? { addresses?.challenge?.description }
    /// The address for HTTP as `host:port`.
    package var address: String? { addresses?.http.description }

    /// Runs one change at a time: no flip beside a reload.
    func exclusively<Value>(_ change: () async throws -> Value) async rethrows -> Value {
        try await turns.take(change)
    }

    /// Waits until HAProxy has a worker and accepts connections.
    package func waitUntilReady(deadline: Duration) async throws {
        let end = ContinuousClock.now + deadline
        while true {
            let reason = await unreadiness()
            guard let reason else { return }
            guard ContinuousClock.now < end else { throw TrafficError.notReady(reason: reason) }
            try await Task.sleep(for: Limits.poll)
        }
    }

    private func unreadiness() async -> String? {
        do {
            guard try await processes().workers.contains(where: \.isCurrent) else { return "it has no worker yet" }
            let addresses = try listenAddresses()
            guard addresses.http.accepts() else { return "nothing accepts on \(addresses.http)" }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The master's list of workers; throws `notRunning` where there is no master.
    func processes() async throws -> RuntimeReply.Processes {
        RuntimeReply.processes(try await socket.exchange("show proc"))
    }

    func isRunning() async -> Bool { (try? await processes()) != nil }

    func listenAddresses() throws -> ListenAddresses {
        if let addresses { return addresses }
        let found = try ListenAddresses(settings: settings, keptIn: folder.ports)
        addresses = found
        return found
    }

    func definition(of environment: EnvironmentName) throws -> EnvironmentDefinition {
        guard let found = definitions.first(where: { $0.name == environment }) else {
            throw TrafficError.unknownEnvironment(environment)
        }
        return found
    }
}
