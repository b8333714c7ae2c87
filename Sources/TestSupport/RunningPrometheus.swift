import AsyncHTTPClient
package import Domain
import Foundation
import Glibc
import NIOCore
import Ports
import Synchronization

/// A real Prometheus in a folder of its own that scrapes itself every second, ended with this value.
package final class RunningPrometheus: Sendable {
    package let url: String
    private let address: String
    private let folder: String
    private let process = Mutex<Process?>(nil)

    /// Lends one that runs; with `remote` it asks that address for older samples too.
    package static func with(remote: String? = nil, _ body: (RunningPrometheus) async throws -> Void) async throws {
        try await prepared { prometheus in
            let remoteRead = remote.map { "remote_read: [{url: '\($0)', read_recent: true}]\n" } ?? ""
            try prometheus.start(with: remoteRead)
            try await body(prometheus)
        }
    }

    /// Lends one that is still to be started, so that others can be told its address before.
    package static func prepared(_ body: (RunningPrometheus) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let prometheus = try RunningPrometheus(in: folder)
            defer { prometheus.kill() }
            try await body(prometheus)
        }
    }

    private init(in folder: String) throws {
        address = "127.0.0.1:\(try FreePort.find(count: 1)[0])"
        url = "http://\(address)"
        self.folder = folder
    }

    deinit { kill() }

    /// Starts it so that it also scrapes a Switchyard's API, with the token in its folder.
    package func start(scraping switchyard: SwitchyardFixture) throws {
        try start(
            jobs: """
                - job_name: switchyard
                  authorization: {credentials_file: '\(switchyard.state)/token'}
                  static_configs: [{targets: ['\(switchyard.apiAddress)']}]
                """)
    }

    private func start(with more: String = "", jobs: String = "") throws {
        try """
        global: {scrape_interval: 1s}
        \(more)
        scrape_configs:
        - {job_name: itself, static_configs: [{targets: ['\(address)']}]}
        \(jobs)
        """.write(toFile: "\(folder)/prometheus.yaml", atomically: true, encoding: .utf8)
        let started = Process()
        started.executableURL = URL(filePath: "/usr/bin/env")
        started.arguments = [
            "prometheus", "--config.file=\(folder)/prometheus.yaml", "--storage.tsdb.path=\(folder)/data",
            "--web.listen-address=\(address)",
        ]
        started.standardInput = FileHandle.nullDevice
        started.standardOutput = FileHandle.nullDevice
        started.standardError = FileHandle.nullDevice
        try started.run()
        process.withLock { $0 = started }
    }

    package func kill() {
        process.withLock { process in
            guard let running = process, running.isRunning else { return }
            Glibc.kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }

    /// Whether it answers and has a sample of a metric.
    package func has(_ metric: String) async -> Bool {
        let request = HTTPClientRequest(url: "\(url)/api/v1/query?query=\(metric)")
        guard let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(2)),
            let body = try? await response.body.collect(upTo: 1_048_576)
        else { return false }
        return String(buffer: body).contains("\"__name__\":\"\(metric)\"")
    }

    package func metric(_ query: String) -> MetricGuard {
        MetricGuard(name: "probed", server: url, query: query, minimum: 0)
    }
}
