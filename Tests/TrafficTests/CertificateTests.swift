import Domain
import Foundation
import TestSupport
import Testing

@testable import Traffic

/// HTTPS, and the folder of certificates that is looked at while HAProxy runs.
@Suite(.timeLimit(.minutes(2))) struct CertificateTests {
    @Test func `users get HTTP 2, a redirect, a secure cookie and HSTS`() async throws {
        let settings = TrafficSettings(
            https: "127.0.0.1:0", redirectToHTTPS: true, hstsSeconds: 3_600, maxConnections: 500)
        try await ProxyFixture.with(settings: settings) { fixture in
            let blue = try await Backend("blue")
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            let answer = try await fixture.get("--http2", scheme: "https")
            #expect(answer.status == 200)
            #expect(answer.version == "HTTP/2")
            #expect(answer.headers["set-cookie"]?.hasSuffix("; Secure") == true)
            #expect(answer.headers["strict-transport-security"] == "max-age=3600")
            #expect(answer.body.contains(#""x-forwarded-proto": "https""#))
            let redirect = try await fixture.get(path: "/a?b=c")
            #expect(redirect.status == 308)
            let port = try #require(await fixture.proxy.httpsPort)
            #expect(redirect.headers["location"] == "https://production.localhost:\(port)/a?b=c")
        }
    }

    @Test func `the certificate is chosen by name, and replaced or added without a reload`() async throws {
        try await withCertificates { fixture, folder in
            try await folder.put("production.pem", TestCertificate(subject: "first", domain: "production.localhost"))
            let running = try await fixture.startWithRelease()
            defer { running.kill() }
            let workers = try await fixture.proxy.processes().workers
            #expect(try await fixture.subject("production.localhost") == "first")
            #expect(try await fixture.proxy.refreshCertificates().isEmpty)

            try await folder.put("shop.pem", TestCertificate(subject: "added", domain: "shop.localhost"))
            #expect(try await fixture.proxy.refreshCertificates() == ["shop.pem"])
            #expect(try await fixture.subject("shop.localhost") == "added")
            #expect(try await fixture.subject("production.localhost") == "first")

            try await folder.put("shop.pem", TestCertificate(subject: "replaced", domain: "shop.localhost"))
            #expect(try await fixture.proxy.refreshCertificates() == ["shop.pem"])
            #expect(try await fixture.subject("shop.localhost") == "replaced")
            #expect(try await fixture.proxy.refreshCertificates().isEmpty)
            #expect(try await fixture.proxy.processes().workers == workers)

            try await fixture.proxy.reload()
            #expect(try await fixture.subject("shop.localhost") == "replaced")
        }
    }

    @Test func `a certificate replaced while no control plane ran is taken by the next one`() async throws {
        try await withCertificates { fixture, folder in
            try await folder.put("shop.pem", TestCertificate(subject: "first", domain: "shop.localhost"))
            let running = try await fixture.startWithRelease()
            defer { running.kill() }
            try await folder.put("shop.pem", TestCertificate(subject: "second", domain: "shop.localhost"))
            let next = try await HAProxy(
                folder: fixture.folder, settings: fixture.settings, environments: fixture.proxy.definitions)
            #expect(try await !next.configure(tables: []))
            #expect(try await fixture.subject("shop.localhost") == "second")
            #expect(try await next.refreshCertificates().isEmpty)
        }
    }

    @Test(arguments: [
        ("no PEM", TestCertificate(isText: true), "it holds no certificate"),
        ("no key", TestCertificate(key: .none), "its private key is not in the file"),
        ("locked", TestCertificate(key: .withPassphrase), "needs a passphrase"),
        ("another's key", TestCertificate(key: .ofAnother), "its private key belongs to another certificate"),
        ("expired", TestCertificate(days: -1), "it expired at "),
        ("another name", TestCertificate(domain: "elsewhere.example"), "it is for none of the domains"),
    ])
    func `a certificate that users could not use is told in a sentence and changes nothing`(
        fault: String, certificate: TestCertificate, sentence: String
    ) async throws {
        try await withCertificates { fixture, folder in
            try await folder.put("shop.pem", TestCertificate(subject: "good", domain: "shop.localhost"))
            let running = try await fixture.startWithRelease()
            try await folder.put("shop.pem", certificate)
            try await folder.put("well.pem", TestCertificate(subject: "well", domain: "production.localhost"))
            let refusal = try await #require(throws: TrafficError.self) {
                _ = try await fixture.proxy.refreshCertificates()
            }
            #expect(refusal.description.hasPrefix("The certificate shop.pem is not taken into use: "))
            #expect(refusal.description.contains(sentence))
            #expect(!refusal.description.contains("\n"))
            #expect(try await fixture.subject("shop.localhost") == "good")
            #expect(try await fixture.subject("production.localhost") == "well", "the others are taken")

            running.kill()
            try await eventually("the port free") { (try? await fixture.proxy.listenAddresses().requireFree()) != nil }
            let again = try await fixture.startWithRelease()
            defer { again.kill() }
            #expect(try await fixture.subject("shop.localhost") == "good")
        }
    }

    @Test func `without one usable certificate there is a sentence and no start`() async throws {
        try await withCertificates { fixture, folder in
            let empty = try await #require(throws: TrafficError.self) {
                _ = try await fixture.proxy.configure(tables: [])
            }
            #expect(empty == .noCertificate(folder: folder.path))
            try await folder.put("shop.pem", TestCertificate(key: .none))
            let broken = try await #require(throws: TrafficError.self) {
                _ = try await fixture.proxy.configure(tables: [])
            }
            #expect(broken.description.contains("shop.pem"))
        }
    }

    @Test func `a file that is gone is out of use with the next configuration, but never the last one`() async throws {
        try await withCertificates { fixture, folder in
            for name in ["a.pem", "b.pem"] {
                try await folder.put(name, TestCertificate(subject: name, domain: "shop.localhost"))
            }
            _ = try await fixture.proxy.configure(tables: [])
            for (name, left) in [("a.pem", ["b.pem"]), ("b.pem", ["b.pem"])] {
                try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
                _ = try await fixture.proxy.configure(tables: [])
                #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.certificates) == left)
            }
        }
    }

    /// A proxy for two domains with a folder of certificates, which is empty.
    private func withCertificates(_ body: (ProxyFixture, CertificateFolder) async throws -> Void) async throws {
        try await withTemporaryFolder { path in
            let settings = TrafficSettings(https: "127.0.0.1:0", certificates: path, maxConnections: 500)
            let definition = EnvironmentDefinition(
                name: EnvironmentName(unchecked: "production"), domains: ["production.localhost", "shop.localhost"],
                policy: DeploymentPolicy(maxInstances: 2))
            try await ProxyFixture.with(settings: settings, environments: [definition]) { fixture in
                try await body(fixture, CertificateFolder(path: path))
            }
        }
    }
}

extension ProxyFixture {
    fileprivate func startWithRelease() async throws -> TestProcess {
        _ = try await proxy.configure(tables: [])
        return try await start()
    }

    /// The common name in the certificate that is shown for a domain.
    fileprivate func subject(_ domain: String) async throws -> String {
        let port = await proxy.httpsPort ?? 0
        let shown = try await output(
            of: "openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-servername", domain])
        let line = shown.split(separator: "\n").first { $0.hasPrefix("subject=") }
        return line?.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }
}
