import Domain
import Foundation
import Glibc
import InMemoryLogging
import Logging
import TestSupport
import Testing

@testable import Traffic

/// A real HAProxy in a folder of its own, with as many backends as a test wants.
struct ProxyFixture {
    let folder: HAProxyFolder
    let proxy: HAProxy
    let production = EnvironmentName(unchecked: "production")
    var settings: TrafficSettings
    let log: InMemoryLogHandler

    static func with(
        settings: TrafficSettings = TrafficSettings(maxConnections: 500), environments: [EnvironmentDefinition]? = nil,
        in given: String? = nil, _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { temporary in
            let folder = try HAProxyFolder("\(given ?? temporary)/haproxy")
            let definition = EnvironmentDefinition(
                name: EnvironmentName(unchecked: "production"), domains: ["production.localhost"],
                policy: DeploymentPolicy(maxInstances: 2))
            let log = InMemoryLogHandler()
            let proxy = try await HAProxy(
                folder: folder, settings: settings, environments: environments ?? [definition],
                logger: Logger(label: "test") { _ in log })
            try await body(ProxyFixture(folder: folder, proxy: proxy, settings: settings, log: log))
        }
    }

    func start() async throws -> TestProcess {
        let command = proxy.serviceCommand
        let process = try TestProcess(command[0], Array(command.dropFirst()))
        try await proxy.waitUntilReady(deadline: .seconds(20))
        return process
    }

    /// A table with a stable release in s1 and a candidate in s2.
    func table(_ stable: Backend?, _ candidate: Backend?, share: Int = 0, salt: String = "salt") throws -> SlotTable {
        var table = SlotTable(environment: production, slotCount: 4)
        if let stable {
            let slot = try table.claim(for: release(1), deployment: DeploymentID(1))
            try table.assign(ports: [stable.port], to: slot)
            try table.commit(at: Date(timeIntervalSince1970: 0))
        }
        if let candidate {
            let slot = try table.claim(for: release(2), deployment: DeploymentID(2))
            try table.assign(ports: [candidate.port], to: slot)
            try table.share(share, salt: salt)
        }
        return table
    }

    func release(_ number: Int) throws -> ReleaseReference {
        ReleaseReference(
            name: try ApplicationName("app"),
            version: try ReleaseVersion("1.\(number).0"),
            digest: try ArtifactDigest(String(repeating: String(number), count: 64)))
    }

    func inFlight(_ slot: SlotName) async throws -> InFlight { try await proxy.inFlight(production, slot) }

    /// The answer to a request: status, headers, body.
    func get(_ arguments: String..., path: String = "/", scheme: String = "http") async throws -> Answer {
        let port = await (scheme == "http" ? proxy.httpPort : proxy.httpsPort)
        let url = "\(scheme)://production.localhost:\(try #require(port))\(path)"
        let common = ["-s", "-i", "-k", "--max-time", "20", "--resolve", "production.localhost:\(port ?? 0):127.0.0.1"]
        return Answer(try await output(of: "curl", common + arguments + [url]))
    }
}

struct Answer {
    let status: Int
    let version: String
    let headers: [String: String]
    let body: String

    init(_ text: String) {
        let lines = text.replacing("\r\n", with: "\n")
        let parts = lines.split(separator: "\n\n", maxSplits: 1).map(String.init)
        let head = (parts.first ?? "").split(separator: "\n")
        let words = (head.first ?? "").split(separator: " ")
        version = words.first.map(String.init) ?? ""
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        headers = Dictionary(
            head.dropFirst().compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                return (line[..<colon].lowercased(), value)
            }, uniquingKeysWith: { first, _ in first })
        body = parts.count > 1 ? parts[1] : ""
    }

    var slot: String? { headers["x-switchyard-slot"] }
}
