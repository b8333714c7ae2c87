import Deployments
import Domain
import Ports
import Postgres
import Traffic

/// Finds out before a change of the configuration whether everything in use would take it.
struct ConfigurationTrial: Sendable {
    let proxy: HAProxy
    let environments: Environments
    let infrastructure: Infrastructure
    let folder: StateFolder
    let metrics: MetricTrial

    /// Throws the first reason why `new` cannot follow `old`, and answers what is no reason but worth knowing; changes
    /// nothing.
    func check(_ new: Domain.Configuration, after old: Domain.Configuration) async throws -> [String] {
        var tables: [SlotTable] = []
        for deployer in environments.deployers {
            let table = await deployer.table
            let name = deployer.environment.name
            let isUsed = await deployer.current != nil || table.slots.contains { $0.occupant != nil }
            if isUsed, new.application != old.application {
                throw ControlPlaneError.applicationInUse(old.application, environment: name)
            }
            if new.environments.contains(where: { $0.name == name }) {
                tables.append(table)
            } else if isUsed {
                throw ControlPlaneError.environmentInUse(name)
            }
        }
        _ = try CheckedAccess(new.access)
        if let witness = new.audit.witness { _ = try WitnessKeeper.key(of: witness) }
        if new.api.listen != old.api.listen { try requireFree(new.api.listen) }
        if let listen = new.api.publicListen, listen != old.api.publicListen { try requireFree(listen) }
        _ = try TrustedProxies(new.api.trustedProxies)
        if let secure = new.api.secure {
            try SecureServer.check(secure)
            if secure.listen != old.api.secure?.listen { try requireFree(secure.listen) }
        }
        if new.environments.contains(where: { $0.database == .embedded }) {
            _ = try await PrivateCluster(folder: folder.postgres)
        }
        try await proxy.tryOut(
            new.traffic, environments: new.environments, tables: tables, in: folder.configurationTrial)
        return try await metrics.check(new.environments)
    }

    private func requireFree(_ listen: String) throws {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]) else {
            return
        }
        let host = listen[..<colon].trimmingPrefix("[").trimmingSuffix("]")
        let address = NumericAddress(host: host == "localhost" ? "127.0.0.1" : host, port: port)
        do {
            try FreePort.require(address)
        } catch {
            throw ControlPlaneError.addressTaken(listen, cause: error.cause)
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : String(self)
    }
}
