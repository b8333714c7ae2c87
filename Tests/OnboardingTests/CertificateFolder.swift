import Foundation
import Subprocess
import SystemPackage
import Testing

/// Certificates that openssl made for a test, each with its key in `NAME.key`.
struct CertificateFolder {
    let folder: String

    /// A self-signed certificate without its key beside it, in date for so many days.
    func make(_ name: String, for domain: String, days: Int = 90) async throws {
        try await openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)",
                "-subj", "/CN=\(domain)", "-addext", "subjectAltName=DNS:\(domain)", "-keyout", "\(name).key", "-out",
                "\(name).crt",
            ])
    }

    /// One that was in date in January 2020 only, which takes a certificate authority of its own.
    func makeExpired(_ name: String) async throws {
        let configuration = """
            [ca]
            default_ca = own
            [own]
            database = index.txt
            serial = serial
            new_certs_dir = .
            default_md = sha256
            policy = any
            [any]
            commonName = supplied
            """
        try configuration.write(toFile: "\(folder)/ca.cnf", atomically: false, encoding: .utf8)
        try "".write(toFile: "\(folder)/index.txt", atomically: false, encoding: .utf8)
        try await openssl(
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=old",
                "-keyout", "\(name).key", "-out", "\(name).csr",
            ])
        try await openssl(
            [
                "ca", "-config", "ca.cnf", "-selfsign", "-batch", "-create_serial", "-notext", "-startdate",
                "20200101000000Z", "-enddate", "20200201000000Z", "-keyfile", "\(name).key", "-in", "\(name).csr",
                "-out",
                "\(name).crt",
            ])
    }

    /// The folder's PEM file of these parts, as `traffic.certificates` takes it.
    func join(_ parts: [String], into name: String) throws {
        let folder = "\(folder)/served"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let texts = try parts.map { try String(contentsOfFile: "\(self.folder)/\($0)", encoding: .utf8) }
        try texts.joined().write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }

    var served: String { "\(folder)/served" }

    private func openssl(_ arguments: [String]) async throws {
        let result = try await run(
            .name("openssl"), arguments: Arguments(arguments), workingDirectory: FilePath(folder), output: .discarded,
            error: .string(limit: 65_536))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
    }
}
