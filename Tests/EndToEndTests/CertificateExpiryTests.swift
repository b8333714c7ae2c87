import API
import Foundation
import Glibc
import TestSupport
import Testing

/// A certificate that ends soon is told by `status` and, without anybody asking, in the control plane's log.
@Suite(.timeLimit(.minutes(3)))
struct CertificateExpiryTests {
    @Test func `a certificate that ends in five days is told, until it is replaced`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let file = "\(switchyard.folder)/certificates/shop.pem"
            let domain = switchyard.environments[0].domain
            try await writeCertificate(for: domain, days: 5, to: file)
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            try switchyard.useCertificates()
            try await switchyard.start()
            let told = "The certificate shop.pem ends on "
            try await eventually(within: .seconds(60), "the line in the log") {
                try String(contentsOfFile: switchyard.log, encoding: .utf8).split(separator: "\n")
                    .contains { $0.contains(" warning ") && $0.contains(told) }
            }
            let status = try await switchyard.cli(["status"])
            #expect(status.status == 1)
            #expect(status.output.contains("! certificates: \(told)"), "\(status.output)")

            try await writeCertificate(for: domain, days: 90, to: file)
            try await eventually(within: .seconds(60), "a status without problems") {
                try await switchyard.client.status().problems.isEmpty
            }
            let log = try String(contentsOfFile: switchyard.log, encoding: .utf8)
            #expect(log.components(separatedBy: told).count == 2, "it is told once a day")
        }
    }

    @Test func `a certificate that cannot be used at the first start is told once, and that nobody is served`()
        async throws
    {
        try await SwitchyardFixture.use { switchyard in
            switchyard.kill(SIGKILL)
            try await switchyard.losePower()
            try FileManager.default.removeItem(atPath: switchyard.state)
            let file = "\(switchyard.folder)/certificates/shop.pem"
            let whole = try await writeCertificate(for: switchyard.environments[0].domain, days: 90, to: file)
            let key = try #require(whole.range(of: "-----BEGIN PRIVATE KEY")).lowerBound
            try whole[..<key].write(toFile: file, atomically: true, encoding: .utf8)
            try switchyard.useCertificates()
            try switchyard.launch()

            let told = "The certificate shop.pem is not taken into use: its private key is not in the file"
            var status = ""
            try await eventually(within: .seconds(60), "a status that tells it") {
                status = try await switchyard.cli(["status"]).output
                return status.contains("! certificates: \(told)")
            }
            #expect(status.components(separatedBy: told).count == 2, "\(status)")
            #expect(status.contains("Replace the file; until then no user is served."), "\(status)")

            try whole.write(toFile: file, atomically: true, encoding: .utf8)
            try await eventually(within: .seconds(60), "a status without problems") {
                try await switchyard.cli(["status"]).status == 0
            }
        }
    }

    /// Writes a certificate with its key, and answers the file's text.
    @discardableResult
    private func writeCertificate(for domain: String, days: Int, to file: String) async throws -> String {
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
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
        return text
    }
}

extension SwitchyardFixture {
    /// Has HTTPS with the certificates of a folder from the next start on.
    fileprivate func useCertificates() throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        let http = "  http: 127.0.0.1:0\n"
        try text.replacing(http, with: "\(http)  https: 127.0.0.1:0\n  certificates: \(folder)/certificates\n")
            .write(toFile: configuration, atomically: false, encoding: .utf8)
    }
}
