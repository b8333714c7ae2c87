import Foundation
import TestSupport

/// A certificate as openssl makes it, good unless something else is asked for.
struct TestCertificate: Sendable {
    enum Key: Sendable { case own, none, ofAnother, withPassphrase }

    var subject = "faulty"
    var domain = "shop.localhost"
    var days = 2
    var key = Key.own
    var isText = false

    /// Certificate and key in one PEM text.
    func pem() async throws -> String {
        if isText { return "no certificate\n" }
        return try await withTemporaryFolder { folder in
            func file(_ name: String) -> String { "\(folder)/\(name)" }
            for name in ["key", "other"] {
                _ = try await output(
                    of: "openssl",
                    ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file(name)])
            }
            _ = try await output(
                of: "openssl",
                [
                    "req", "-new", "-key", file("key"), "-subj", "/CN=\(subject)",
                    "-addext", "subjectAltName=DNS:\(domain)", "-out", file("request"),
                ])
            _ = try await output(
                of: "openssl",
                [
                    "x509", "-req", "-in", file("request"), "-signkey", file("key"), "-days", "\(days)",
                    "-copy_extensions", "copyall", "-out", file("certificate"),
                ])
            _ = try await output(
                of: "openssl",
                ["pkey", "-in", file("key"), "-aes256", "-passout", "pass:secret", "-out", file("locked")])
            let keyName: String? =
                switch key {
                case .own: "key"
                case .none: nil
                case .ofAnother: "other"
                case .withPassphrase: "locked"
                }
            return try (["certificate"] + [keyName].compactMap(\.self))
                .map { try String(contentsOfFile: file($0), encoding: .utf8) }.joined()
        }
    }
}

/// The folder of certificates that people keep.
struct CertificateFolder {
    let path: String

    func put(_ name: String, _ certificate: TestCertificate) async throws {
        try await certificate.pem().write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
}
