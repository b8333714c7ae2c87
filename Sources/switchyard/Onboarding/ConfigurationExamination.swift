import Domain
import Foundation
import Onboarding

/// What a configuration asks of this machine and of the databases that it names.
struct ConfigurationExamination {
    let settings: Configuration
    /// Whether its control plane answers; then the ports may be its own.
    let isRunning: Bool

    func findings() async -> [Finding] {
        var findings = ports()
        findings += await certificates()
        for environment in settings.environments {
            guard case .url(let url) = environment.database else { continue }
            findings.append(await DatabaseExamination(environment: environment.name, url: url).finding())
        }
        return findings
    }

    private func ports() -> [Finding] {
        let addresses = [
            ("traffic.http", settings.traffic.http), ("traffic.https", settings.traffic.https),
            ("api.listen", settings.api.listen),
        ]
        return addresses.compactMap { setting, address in
            address.map { PortExamination.examine($0, setting: setting, isOurs: isRunning) }
        }
    }

    private var domains: [String] { settings.environments.flatMap(\.domains) }

    private func certificates() async -> [Finding] {
        guard settings.traffic.https != nil else { return [] }
        if let authority = settings.traffic.acme { return [finding(authority)] }
        guard let folder = settings.traffic.certificates else {
            return [
                .note(
                    "certificates", "HTTPS has a self-signed certificate, which browsers refuse.",
                    remedy: "Name a folder of PEM files under traffic.certificates, or an authority under traffic.acme."
                )
            ]
        }
        return await CertificateExamination(folder: folder, domains: domains).findings()
    }

    /// What keeps an authority from giving certificates, as far as this machine knows it.
    private func finding(_ authority: ACMESettings) -> Finding {
        let subject = "certificates"
        if let roots = authority.trustedRoots, !FileManager.default.isReadableFile(atPath: roots) {
            return .mend(
                subject, "traffic.acme.trusted_roots names \(roots), which this user cannot read.",
                remedy: "Put the PEM file of the authority's roots there, or take 'trusted_roots' out.")
        }
        guard !domains.isEmpty else {
            return .note(
                subject, "No environment has domains, so \(authority.directory) is asked for no certificate.",
                remedy: "Write the host names under 'domains' of an environment.")
        }
        guard settings.traffic.http.hasSuffix(":80") else {
            return .note(
                subject,
                "\(authority.directory) asks for its proof on port 80, and traffic.http is \(settings.traffic.http).",
                remedy: "Write '0.0.0.0:80' under traffic.http, unless something hands port 80 on to it.")
        }
        return .good(subject, "They come from \(authority.directory), for \(domains.joined(separator: ", ")).")
    }
}
