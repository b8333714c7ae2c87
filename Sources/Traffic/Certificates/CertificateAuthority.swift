package import Domain
import Foundation

/// An authority that gives certificates by ACME; lego is the client that speaks to it.
///
/// The challenge comes in at HAProxy, which hands it to lego: `HAProxy.challengeAddress`.
package struct CertificateAuthority: Sendable {
    private let settings: ACMESettings
    private let folder: String

    /// `folder` keeps the account and the keys, and `issued` in it is where to keep what was given.
    package init(settings: ACMESettings, folder: String) {
        self.settings = settings
        self.folder = folder
    }

    /// Asks for one certificate for all the domains; answers chain and key in one PEM text.
    ///
    /// The account is made at the first time, its terms are accepted. Takes minutes where the authority is slow.
    package func certificate(for domains: [String], answeringAt address: String) async throws -> String {
        guard let first = domains.first else {
            throw TrafficError.certificate(name: "-", cause: "no domain was asked for")
        }
        try FileManager.default.createDirectory(
            atPath: "\(folder)/issued", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        do {
            try await Programs.run(
                "lego",
                [
                    "--server", settings.directory, "--email", settings.email, "--accept-tos", "--path", folder,
                    "--http", "--http.port", address,
                ] + domains.flatMap { ["--domains", $0] } + ["run"],
                variables: settings.trustedRoots.map { ["LEGO_CA_CERTIFICATES": $0] } ?? [:], limit: Limits.authority)
        } catch TrafficError.program(_, let output) {
            throw TrafficError.authority(domains: domains, reason: Self.reason(in: output))
        }
        return try ["crt", "key"]
            .map { try String(contentsOfFile: "\(folder)/certificates/\(first).\($0)", encoding: .utf8) }
            .joined()
    }

    /// The line that says why: lego tells its whole story, the reason last.
    static func reason(in output: String) -> String {
        let lines = output.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        let line = lines.last { $0.contains("error:") } ?? lines.last ?? "it says nothing"
        return line.replacing(#/^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d /#, with: "").replacing(#/\.$/#, with: "")
    }
}
