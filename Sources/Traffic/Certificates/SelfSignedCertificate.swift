import Foundation
import Glibc

/// A certificate that Switchyard makes itself, for as long as nobody gives it one.
struct SelfSignedCertificate: Sendable {
    static let name = "self-signed.pem"

    /// The domains that it is for, `localhost` first.
    let names: [String]

    init(names: [String]) { self.names = ["localhost"] + names.filter { $0 != "localhost" } }

    /// The first line of the file, by which it is known again.
    var head: String { "# self-signed for \(names.joined(separator: " "))\n" }

    /// Makes key and certificate and answers both in PEM form; nothing of them stays in the folder.
    func make(in folder: String) async throws -> String {
        let (key, certificate) = ("\(folder)/self-signed.key", "\(folder)/self-signed.crt")
        defer { for part in [key, certificate] { unlink(part) } }
        try await Programs.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "825",
                "-subj", "/CN=\(names.last ?? "localhost")",
                "-addext", "subjectAltName=" + names.map { "DNS:\($0)" }.joined(separator: ","),
                "-keyout", key, "-out", certificate,
            ])
        return try head + [certificate, key].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    }
}
