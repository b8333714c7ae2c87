package import Domain
import DurableFiles
import Foundation
import Glibc

extension HAProxy {
    /// Writes configuration, maps, pages and a certificate where they differ; answers whether a running HAProxy
    /// needs a reload to have them.
    ///
    /// The new configuration is tried with `haproxy -c` first; a refused one leaves the old file in place.
    package func configure(tables: [SlotTable]) async throws -> Bool {
        try folder.prepare()
        try await prepareCertificates()
        return try await exclusively { try await write(tables) }
    }

    private func write(_ tables: [SlotTable]) async throws -> Bool {
        for table in tables { self.tables[table.environment] = table }
        for definition in definitions where self.tables[definition.name] == nil {
            let count = definition.policy.slotCount
            self.tables[definition.name] = SlotTable(environment: definition.name, slotCount: count)
        }
        if await !isRunning() { try listenAddresses().requireFree() }
        try writeHosts()
        try writeMaps()
        let configuration = try currentConfiguration()
        let hadHandEdits = try await replaceConfiguration(with: configuration.text)
        // An edited configuration has the digest of the one that it was made of, and may have been loaded.
        return try await loadedDigest().map { $0 != configuration.digest || hadHandEdits } ?? false
    }

    /// The configuration for the tables as they are now.
    func currentConfiguration() throws -> HAProxyConfiguration {
        let addresses = try listenAddresses()
        let secure = addresses.https.map { address in
            HAProxyConfiguration.Secure(
                address: address, certificates: folder.certificates, redirects: settings.redirectToHTTPS,
                hstsSeconds: settings.hstsSeconds)
        }
        var configuration = HAProxyConfiguration(
            folder: folder, http: addresses.http, secure: secure, challenge: addresses.challenge,
            maxConnections: affordableConnections,
            user: Self.workerAccount?.name,
            environments: try definitions.map(environment))
        let pages = try folder.preparePages(of: definitions.map(\.name))
        let hosts = MapText.print(hostEntries)
        configuration.digest = Digest.text(of: configuration.structure.text + hosts + pages)
        return configuration
    }

    private func environment(_ definition: EnvironmentDefinition) throws -> HAProxyConfiguration.Environment {
        let table = tables[definition.name] ?? SlotTable(environment: definition.name, slotCount: 0)
        let limit = definition.policy.maxInstances
        let slotCount = max(table.slots.count, definition.policy.slotCount)
        let slots = try table.resized(to: slotCount).slots.map { slot in
            let ports = slot.occupant?.ports ?? []
            guard ports.count <= limit else {
                throw TrafficError.tooManyInstances(
                    environment: definition.name, slot: slot.name, instances: ports.count, limit: limit)
            }
            let unused = [Int?](repeating: nil, count: limit - ports.count)
            return HAProxyConfiguration.Slot(name: slot.name, ports: ports + unused)
        }
        return HAProxyConfiguration.Environment(name: definition.name, slots: slots)
    }

    /// The connections that fit the files the system allows: HAProxy would not start with more.
    private var affordableConnections: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return settings.maxConnections
        }
        let files = Int(clamping: limit.rlim_max)
        return max(1, min(settings.maxConnections, (files - Limits.reservedFiles) / 2))
    }

    /// Answers whether the one that it replaced was edited by hand.
    private func replaceConfiguration(with text: String) async throws -> Bool {
        let present = FileManager.default.contents(atPath: folder.configuration)
        if present == Data(text.utf8), FileManager.default.contents(atPath: folder.writtenConfiguration) == present {
            return false
        }
        try await tryCandidate(text)
        let kept = try store(text)
        unlink(folder.candidateConfiguration)
        return kept != nil
    }

    /// Asks HAProxy whether it would take a configuration.
    func tryCandidate(_ text: String) async throws {
        try DurableFile.write(text, to: folder.candidateConfiguration, mode: 0o600)
        do {
            try await Programs.run(binary, ["-c", "-f", folder.candidateConfiguration])
        } catch TrafficError.program(_, let output) {
            throw TrafficError.configurationRefused(path: folder.candidateConfiguration, output: output)
        }
    }

    /// Replaces the configuration by one that was tried. Answers where the one before is kept when it was edited by hand.
    func store(_ text: String) throws -> String? {
        let kept = try keepHandEdits(before: text)
        try DurableFile.write(text, to: folder.configuration, mode: 0o600)
        try DurableFile.write(text, to: folder.writtenConfiguration, mode: 0o600)
        return kept
    }

    private var hostEntries: [String: String] {
        let pairs = definitions.flatMap { definition in definition.domains.map { ($0, definition.name.rawValue) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    func writeHosts() throws {
        let data = Data(MapText.print(hostEntries).utf8)
        guard FileManager.default.contents(atPath: folder.hostsMap) != data else { return }
        try DurableFile.write(data, to: folder.hostsMap, mode: 0o600)
    }

    /// Whether a HAProxy runs that has loaded something else than the configuration of now.
    package func hasOtherConfiguration() async throws -> Bool {
        try await exclusively {
            guard let loaded = try await loadedDigest() else { return false }
            return try loaded != currentConfiguration().digest
        }
    }

    /// What the running HAProxy has loaded; nil when it is not running.
    private func loadedDigest() async throws -> String? {
        do {
            guard let worker = try await processes().workers.last(where: \.isCurrent) else { return nil }
            let information = try await socket.exchange("@!\(worker.process) show info")
            return information.firstMatch(of: /(?m)^description: (.*)$/).map { String($0.output.1) } ?? ""
        } catch TrafficError.notRunning {
            return nil
        }
    }
}
