package import Domain
import DurableFiles
import Foundation
package import Logging
import ServiceLifecycle
package import Traffic

/// Keeps a certificate of an authority for the domains of each environment: obtains what is missing, renews what is due.
///
/// It only writes files into a folder; the proxy takes them up without a reload.
package actor CertificateKeeper: ServiceLifecycle.Service {
    private let settings: ACMESettings
    private let authority: CertificateAuthority
    private let proxy: HAProxy
    private let environments: [EnvironmentDefinition]
    private let logger: Logger
    private var attempts: CertificateAttempts

    /// Nothing to keep, and so nil, where the settings name no authority.
    package init?(settings: TrafficSettings, proxy: HAProxy, environments: [EnvironmentDefinition], logger: Logger) {
        guard let acme = settings.acme else { return nil }
        self.settings = acme
        self.proxy = proxy
        self.environments = environments.filter { !$0.domains.isEmpty }
        self.logger = logger
        authority = CertificateAuthority(settings: acme, folder: proxy.folder.authority)
        attempts = CertificateAttempts(
            keptIn: "\(proxy.folder.authority)/attempts.json",
            questions: Dictionary(
                uniqueKeysWithValues: self.environments.map { ($0.name, .init($0.domains, of: acme)) }))
    }

    /// Looks after the certificates until it is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for environment in self.environments { await self.attend(environment, now: Date()) }
                try? await Task.sleep(for: Limits.certificateInterval)
            }
        }
    }

    /// What the authority refused last, a sentence for each environment.
    package var problems: [String] { attempts.problems }

    private func attend(_ environment: EnvironmentDefinition, now: Date) async {
        guard let address = await proxy.challengeAddress, await isDue(environment, now: now) else { return }
        do {
            let text = try await authority.certificate(for: environment.domains, answeringAt: address)
            try DurableFile.write(text, to: path(of: environment.name), mode: 0o600)
            attempts.noteCertificate(for: environment.name)
            logger.info("certificate obtained", metadata: ["domains": "\(environment.domains)"])
        } catch {
            // The authority refused nothing: this process is ending, and the next one asks again.
            guard !Task.isCancelled else { return }
            attempts.noteRefusal(for: environment.name, because: "\(error)", now: now)
            logger.error("no certificate", metadata: ["error": "\(error)"])
        }
    }

    private func isDue(_ environment: EnvironmentDefinition, now: Date) async -> Bool {
        guard attempts.isAllowed(for: environment.name, now: now) else { return false }
        guard let file = try? await CertificateFile.read(path(of: environment.name), called: "acme") else {
            return true
        }
        return !environment.domains.allSatisfy(file.covers)
            || file.end.timeIntervalSince(now) < settings.renewBeforeSeconds
    }

    private func path(of environment: EnvironmentName) -> String {
        "\(proxy.folder.issuedCertificates)/acme-\(environment).pem"
    }
}
