import AsyncHTTPClient
package import Deployments
package import Domain
import Foundation
import NIOCore
import NIOHTTP1

/// Probes web instances over HTTP on their loopback ports, or one behind a socket file.
package struct HTTPProber: ReleaseProber {
    /// Asks once: a client that tries a refused connection again would only find out at the probe's time limit.
    ///
    /// It lives as long as the process, as `HTTPClient.shared` does.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Nil for loopback ports.
    private let socket: String?

    /// With a socket file, that is asked whatever the port.
    package init(socket: String? = nil) { self.socket = socket }

    package func health(of manifest: ReleaseManifest, port: Int, host: String) async -> ProbeFinding {
        let path = manifest.health.path
        return await ask(
            "health (\(path))", path: path, port: port, host: host, seconds: manifest.health.timeoutSeconds
        ) { status, _ in
            (200..<300).contains(status) ? nil : "answered \(status)"
        }
    }

    package func database(of manifest: ReleaseManifest, port: Int, host: String) async -> ProbeFinding? {
        guard let path = manifest.health.databasePath else { return nil }
        return await ask(
            "database connection (\(path))", path: path, port: port, host: host,
            seconds: manifest.health.timeoutSeconds
        ) { status, _ in
            (200..<300).contains(status) ? nil : "answered \(status)"
        }
    }

    package func feature(_ probe: ProbeDefinition, port: Int, host: String) async -> ProbeFinding {
        await ask(
            "key feature '\(probe.name)' (\(probe.path))", path: probe.path, port: port, host: host,
            seconds: probe.timeoutSeconds
        ) { status, body in
            guard status == probe.status else { return "answered \(status) and not \(probe.status)" }
            guard let text = probe.contains, !body.contains(text) else { return nil }
            return "answered without '\(text)'"
        }
    }

    private func place(_ port: Int) -> String {
        guard let socket else { return "http://127.0.0.1:\(port)" }
        return "http+unix://\(socket.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
    }

    private func ask(
        _ subject: String, path: String, port: Int, host: String, seconds: Double,
        judge: (_ status: Int, _ body: String) -> String?
    ) async -> ProbeFinding {
        let started = ContinuousClock.now
        let fault: String?
        do {
            var request = HTTPClientRequest(url: place(port) + path)
            request.headers.add(name: "host", value: host)
            request.headers.add(name: "user-agent", value: "switchyard-probe")
            let response = try await Self.http.execute(request, timeout: .milliseconds(Int64(seconds * 1_000)))
            let body = try await response.body.collect(upTo: Limits.probeBytes)
            fault = judge(Int(response.status.code), String(buffer: body))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            fault = "did not answer within \(seconds) s"
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            fault = "refuses connections"
        } catch {
            fault = "did not answer (\(error))"
        }
        let elapsed = (ContinuousClock.now - started).components
        return ProbeFinding(
            subject: subject, fault: fault,
            milliseconds: Double(elapsed.seconds) * 1_000 + Double(elapsed.attoseconds) / 1e15
        )
    }
}
