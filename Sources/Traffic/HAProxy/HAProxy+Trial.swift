package import Domain
import Foundation

extension HAProxy {
    /// Tries other settings as `configure` would, in a folder of their own; throws why HAProxy would not take them.
    ///
    /// Nothing that is in use is touched. An address counts as free where this HAProxy listens on it.
    package func tryOut(
        _ settings: TrafficSettings, environments: [EnvironmentDefinition], tables: [SlotTable], in path: String
    ) async throws {
        try? FileManager.default.removeItem(atPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let trial = try await HAProxy(
            folder: HAProxyFolder(path), settings: settings, environments: environments, binary: binary,
            logger: logger)
        try trial.folder.prepare()
        // The ports that the system gave once are the ones that would be taken again.
        if FileManager.default.fileExists(atPath: folder.ports) {
            try FileManager.default.copyItem(atPath: folder.ports, toPath: trial.folder.ports)
        }
        try await trial.prepareCertificates()
        try await trial.tryOut(tables, besides: listenAddresses())
    }

    private func tryOut(_ tables: [SlotTable], besides inUse: ListenAddresses) async throws {
        for table in tables { self.tables[table.environment] = table }
        try listenAddresses().requireFree(besides: inUse)
        try writeHosts()
        try writeMaps()
        try await tryCandidate(currentConfiguration().text)
    }
}
