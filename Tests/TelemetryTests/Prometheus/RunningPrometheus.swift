import Domain
import Foundation
import Glibc
import Ports
import TestSupport

/// A real Prometheus in a folder of its own that scrapes itself every second, ended with this value.
final class RunningPrometheus: Sendable {
    let url: String
    private let process: Process

    /// With `remote` it asks that address for older samples too.
    static func with(remote: String? = nil, _ body: (RunningPrometheus) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let prometheus = try await RunningPrometheus(in: folder, remote: remote)
            try await body(prometheus)
            prometheus.kill()
        }
    }

    private init(in folder: String, remote: String?) async throws {
        let address = "127.0.0.1:\(try FreePort.find(count: 1)[0])"
        let remoteRead = remote.map { "remote_read: [{url: '\($0)', read_recent: true}]\n" } ?? ""
        try """
        global: {scrape_interval: 1s}
        scrape_configs: [{job_name: itself, static_configs: [{targets: ['\(address)']}]}]
        \(remoteRead)
        """.write(toFile: "\(folder)/prometheus.yaml", atomically: true, encoding: .utf8)
        url = "http://\(address)"
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "prometheus", "--config.file=\(folder)/prometheus.yaml", "--storage.tsdb.path=\(folder)/data",
            "--web.listen-address=\(address)",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { kill() }

    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func metric(_ query: String) -> MetricGuard { MetricGuard(name: "probed", server: url, query: query, minimum: 0) }
}
