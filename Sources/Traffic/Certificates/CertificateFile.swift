package import Foundation

/// What a PEM file of a certificate chain and its key says of itself, read by openssl.
package struct CertificateFile: Equatable, Sendable {
    package let start: Date
    package let end: Date
    /// The host names that it is for, in lower case; `*.` stands for one label.
    package let names: [String]

    /// Reads a file; throws `TrafficError.certificate` when it holds no certificate, or not the certificate's key.
    ///
    /// `name` is what the error calls it.
    package static func read(_ path: String, called name: String) async throws -> CertificateFile {
        func refused(_ cause: String) -> TrafficError { .certificate(name: name, cause: cause) }
        let form = ["-noout", "-dates", "-dateopt", "iso_8601", "-ext", "subjectAltName", "-pubkey"]
        let facts: String
        do {
            facts = try await Programs.run("openssl", ["x509", "-in", path] + form)
        } catch TrafficError.program {
            throw refused("it holds no certificate in PEM form")
        }
        let key: String
        do {
            // An empty passphrase, so that nobody is asked for one.
            key = try await Programs.run("openssl", ["pkey", "-in", path, "-passin", "pass:", "-pubout"])
        } catch TrafficError.program {
            throw refused("its private key is not in the file, or needs a passphrase")
        }
        guard facts.contains(key.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw refused("its private key belongs to another certificate")
        }
        guard let file = CertificateFile(facts: facts) else { throw refused("its dates cannot be read") }
        return file
    }

    /// What openssl prints of dates and names.
    private init?(facts: String) {
        func date(_ name: String) -> Date? {
            guard let line = facts.split(separator: "\n").first(where: { $0.hasPrefix("\(name)=") }) else { return nil }
            return try? Date.ISO8601FormatStyle(dateTimeSeparator: .space).parse(String(line.dropFirst(name.count + 1)))
        }
        guard let start = date("notBefore"), let end = date("notAfter") else { return nil }
        (self.start, self.end) = (start, end)
        names = facts.matches(of: /DNS:([^,\s]+)/).map { $0.output.1.lowercased() }
    }

    /// Whether a browser that asks for this host takes the certificate.
    package func covers(_ host: String) -> Bool {
        let parent = host.split(separator: ".", maxSplits: 1).dropFirst().first.map { "*.\($0)" }
        return names.contains(host) || parent.map(names.contains) ?? false
    }

    /// Why users would not accept it; nil where they do. Without domains any name will do.
    package func fault(at now: Date, domains: [String]) -> String? {
        if end <= now { return "it expired at \(end.formatted(.iso8601))" }
        if start > now { return "it is not valid before \(start.formatted(.iso8601))" }
        guard !domains.isEmpty, !domains.contains(where: covers) else { return nil }
        return "it is for none of the domains \(domains.joined(separator: ", "))"
    }

    /// Whether its end is so near that people should be told.
    package func endsSoon(at now: Date) -> Bool { end.timeIntervalSince(now) < Limits.expiryNotice }
}
