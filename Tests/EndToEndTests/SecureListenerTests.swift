import Foundation
import Ports
import TestSupport
import Testing

/// The API over TLS on the real binary, with a certificate of an authority of one's own.
@Suite(.timeLimit(.minutes(3))) struct SecureListenerTests {
    @Test func `the command line speaks TLS, trusts what it is told to, and takes a renewed certificate`() async throws
    {
        try await SwitchyardFixture.use([FixtureEnvironment()]) { switchyard in
            let (first, second) = (
                try await certificate("one", in: switchyard), try await certificate("two", in: switchyard)
            )
            let files = (certificate: "\(switchyard.folder)/tls.pem", key: "\(switchyard.folder)/tls.key")
            try install(first, as: files)
            let port = try FreePort.find(count: 1)[0]
            let secure = "{listen: \"127.0.0.1:\(port)\", certificate: \(files.certificate), key: \(files.key)}"
            try await switchyard.restart(changing: "api:\n", to: "api:\n  secure: \(secure)\n")
            let remote = ["status", "--url", "https://127.0.0.1:\(port)", "--token-file", "\(switchyard.state)/token"]
            let good = try await switchyard.cli(remote + ["--ca-file", first.certificate])
            #expect(good.status == 0, "\(good)")
            let distrusted = try await switchyard.cli(remote)
            #expect(distrusted.status == 6 && distrusted.error.contains("No control plane answers"), "\(distrusted)")
            #expect(try await switchyard.cli(remote + ["--ca-file", "/nowhere"]).error.contains("cannot be read"))
            // A change is applied while it serves, and it ends in order.
            let text = try String(contentsOfFile: switchyard.configuration, encoding: .utf8)
            try (text + "\naudit: {retention_months: 14}\n")
                .write(toFile: switchyard.configuration, atomically: false, encoding: .utf8)
            let applied = try await switchyard.cli(["config", "apply"])
            #expect(applied.status == 0, "\(applied)")
            let after = try await switchyard.cli(["config", "diff"])
            #expect(after.status == 0, "it was not taken back: \(after)")
            #expect(try await switchyard.cli(remote + ["--ca-file", first.certificate]).status == 0)
            // The old one goes on until the new one can be used.
            try "no key".write(toFile: files.key, atomically: true, encoding: .utf8)
            #expect(try await switchyard.cli(remote + ["--ca-file", first.certificate]).status == 0)
            try install(second, as: files)
            try await eventually(within: .seconds(90), "the renewed certificate") {
                try await switchyard.cli(remote + ["--ca-file", second.certificate]).status == 0
            }
        }
    }

    private func install(_ pair: (certificate: String, key: String), as files: (certificate: String, key: String))
        throws
    {
        for (from, to) in [(pair.certificate, files.certificate), (pair.key, files.key)] {
            try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to), options: .atomic)
        }
    }

    /// A certificate for the loopback address that is its own root.
    private func certificate(
        _ name: String, in switchyard: SwitchyardFixture
    ) async throws -> (certificate: String, key: String) {
        let pair = (certificate: "\(switchyard.folder)/\(name).pem", key: "\(switchyard.folder)/\(name).key")
        _ = try await output(
            of: "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", pair.key, "-out",
                pair.certificate,
            ])
        return pair
    }
}
