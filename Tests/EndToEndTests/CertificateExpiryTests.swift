import API
import Foundation
import TestSupport
import Testing

/// A certificate that ends soon is told by `status` and, without anybody asking, in the control plane's log.
@Suite(.timeLimit(.minutes(3)))
struct CertificateExpiryTests {
    @Test func `a certificate that ends in five days is told, until it is replaced`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let folder = "\(switchyard.folder)/certificates"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let domain = switchyard.environments[0].domain
            try await writeCertificate(for: domain, days: 5, to: "\(folder)/shop.pem")
            try await switchyard.restart(
                changing: "  http: 127.0.0.1:0\n",
                to: "  http: 127.0.0.1:0\n  https: 127.0.0.1:0\n  certificates: \(folder)\n")
            let told = "The certificate shop.pem ends on "
            try await eventually(within: .seconds(60), "the line in the log") {
                try String(contentsOfFile: switchyard.log, encoding: .utf8).split(separator: "\n")
                    .contains { $0.contains(" warning ") && $0.contains(told) }
            }
            let status = try await switchyard.cli(["status"])
            #expect(status.status == 1)
            #expect(status.output.contains("! certificates: \(told)"), "\(status.output)")

            try await writeCertificate(for: domain, days: 90, to: "\(folder)/shop.pem")
            try await eventually(within: .seconds(60), "a status without problems") {
                try await switchyard.client.status().problems.isEmpty
            }
            let log = try String(contentsOfFile: switchyard.log, encoding: .utf8)
            #expect(log.components(separatedBy: told).count == 2, "it is told once a day")
        }
    }

    private func writeCertificate(for domain: String, days: Int, to file: String) async throws {
        _ = try await output(
            of: "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=shop",
                "-addext", "subjectAltName=DNS:\(domain)", "-days", "\(days)", "-keyout", "\(file).key",
                "-out", "\(file).new",
            ])
        let text = try ["new", "key"].map { try String(contentsOfFile: "\(file).\($0)", encoding: .utf8) }.joined()
        for part in ["new", "key"] { try FileManager.default.removeItem(atPath: "\(file).\(part)") }
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
}
