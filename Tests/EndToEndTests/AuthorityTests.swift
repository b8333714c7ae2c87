import API
import Foundation
import TestSupport
import Testing

/// Certificates from an authority: a real one, a real lego, and HAProxy between them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct AuthorityTests {
    private let environments = [FixtureEnvironment("production"), FixtureEnvironment("staging")]

    @Test func `certificates are obtained and renewed without a reload, and a refusal is told`() async throws {
        try await SwitchyardFixture.use(environments) { switchyard in
            let (production, staging) = (environments[0].domain, environments[1].domain)
            let pebble = try await Pebble(
                in: "\(switchyard.folder)/pebble", httpPort: try #require(switchyard.traffic.port),
                unreachable: [staging])
            try await switchyard.restart(
                changing: "  http: 127.0.0.1:0\n",
                to: """
                      http: 127.0.0.1:0
                      https: 127.0.0.1:0
                      redirect_to_https: true
                      acme:
                        email: operations@switchyard.test
                        directory: \(pebble.directory)
                        trusted_roots: \(pebble.roots)
                        renew_before: 1d

                    """)
            do {
                try await eventually(within: .seconds(60), "a certificate of the authority") {
                    try await shown(production, by: switchyard).contains("Pebble")
                }
            } catch {
                Issue.record("\(error) \(try await switchyard.cli(["status"]).output)")
                return
            }
            let workers = try #require(proxyWorkers(of: switchyard))
            let first = try await shown(production, by: switchyard)
            try await eventually(within: .seconds(60), "the refusal in the status") {
                let status = try await switchyard.cli(["status"])
                return status.status == 1 && status.output.contains("gave no certificate for \(staging)")
                    && status.output.contains("It is tried again at")
            }
            #expect(try await !shown(staging, by: switchyard).contains("Pebble"))

            try await switchyard.restart(changing: "renew_before: 1d", to: "renew_before: 30d")
            try await eventually(within: .seconds(60), "a new certificate") {
                let now = try await shown(production, by: switchyard)
                return now.contains("Pebble") && now != first
            }
            #expect(proxyWorkers(of: switchyard) == workers)
        }
    }

    /// The processes that HAProxy's master has: a reload brings in new ones.
    private func proxyWorkers(of switchyard: SwitchyardFixture) -> String? {
        let path = "\(switchyard.state)/supervisor/services/haproxy/supervise/pid"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let master = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return try? String(contentsOfFile: "/proc/\(master)/task/\(master)/children", encoding: .utf8)
    }

    /// Issuer and serial number of the certificate that is shown for a name.
    private func shown(_ name: String, by switchyard: SwitchyardFixture) async throws -> String {
        let urls = try await switchyard.client.status().traffic.compactMap(URL.init(string:))
        let port = try #require(urls.first { $0.scheme == "https" }?.port)
        let session = try await output(
            of: "openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-servername", name])
        return try await output(of: "openssl", ["x509", "-noout", "-issuer", "-serial"], input: session)
    }
}
