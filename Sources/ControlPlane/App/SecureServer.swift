import Domain
import DurableFiles
import Foundation
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The REST API over TLS, for those who come from other machines.
///
/// A certificate that was renewed is taken when its file is another one; requests that are under way at that moment are
/// ended.
struct SecureServer: ServiceLifecycle.Service {
    let settings: APISettings.SecureListener
    let responder: RouterResponder<AppRequestContext>
    let logger: Logger

    func run() async throws {
        let first = try CertificateFiles(settings)
        await cancelWhenGracefulShutdown {
            var files: CertificateFiles? = first
            while let current = files, !Task.isCancelled {
                do {
                    files = try await serveUntilRenewed(current)
                } catch {
                    guard !Task.isCancelled else { return }
                    // The API's own address goes on: it is tried again.
                    logger.error("the API cannot be reached over TLS", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: Limits.certificateInterval)
                }
            }
        }
    }

    /// Serves until there is another certificate, which is answered; nil when the server has ended.
    private func serveUntilRenewed(_ files: CertificateFiles) async throws -> CertificateFiles? {
        try await withThrowingTaskGroup(of: CertificateFiles?.self) { group in
            group.addTask {
                try await serve(files)
                return nil
            }
            group.addTask { try await renewal(of: files) }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Throws where the certificate or its key cannot be used.
    static func check(_ settings: APISettings.SecureListener) throws { _ = try CertificateFiles(settings) }

    private func serve(_ files: CertificateFiles) async throws {
        let address = try ListenAddress(settings.listen, named: "api.secure.listen")
        let application = Application(
            responder: responder, server: try .tls(.bounded, tlsConfiguration: files.configuration),
            configuration: .bounded(at: address, connections: Limits.apiConnections),
            onServerRunning: { channel in
                let url = address.url(port: channel.localAddress?.port ?? 0).replacing("http://", with: "https://")
                logger.info("ready over TLS", metadata: ["url": "\(url)"])
            },
            logger: logger)
        try await application.run()
    }

    /// The files as soon as they are others that can be used.
    private func renewal(of files: CertificateFiles) async throws -> CertificateFiles {
        while true {
            try await Task.sleep(for: Limits.certificateInterval)
            guard CertificateFiles.stamps(settings) != files.stamps else { continue }
            do {
                return try CertificateFiles(settings)
            } catch {
                logger.error("the API's certificate cannot be renewed", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// A certificate with its key, as their files had them.
private struct CertificateFiles {
    let configuration: TLSConfiguration
    let stamps: [FileStamp?]

    init(_ settings: APISettings.SecureListener) throws {
        stamps = Self.stamps(settings)
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(settings.certificate)
        } catch {
            throw ControlPlaneError.certificateUnusable(path: settings.certificate, cause: "it is no PEM certificate")
        }
        do {
            let key = try NIOSSLPrivateKey(file: settings.key, format: .pem)
            var made = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            made.minimumTLSVersion = .tlsv12
            // It says whether the key belongs to the certificate.
            _ = try NIOSSLContext(configuration: made)
            configuration = made
        } catch {
            throw ControlPlaneError.certificateUnusable(
                path: settings.key, cause: "it is no PEM key, or not that of \(settings.certificate)")
        }
    }

    static func stamps(_ settings: APISettings.SecureListener) -> [FileStamp?] {
        [FileStamp(settings.certificate), FileStamp(settings.key)]
    }
}
