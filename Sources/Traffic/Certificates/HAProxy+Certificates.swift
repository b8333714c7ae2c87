import Domain
import DurableFiles
import Foundation
import Glibc

/// HAProxy reads copies, which are made of nothing but what can be used: a file that cannot would keep it from starting.
extension HAProxy {
    /// The folder of PEM files that certificates are taken from; nil where the self-signed one is all there is.
    package nonisolated var certificateSource: String? {
        settings.certificates ?? (settings.acme == nil ? nil : folder.issuedCertificates)
    }

    /// Takes into use what was changed or added in the folder of certificates, in every worker and without a reload;
    /// answers the files' names.
    ///
    /// Throws what is wrong with the first file that cannot be used, after all the others were taken; what was in use
    /// under its name stays.
    package func refreshCertificates() async throws -> [String] {
        guard settings.https != nil, let source = certificateSource else { return [] }
        let inUse = certificates(in: folder.certificates)
        var taken: [String] = []
        var refusal: TrafficError?
        for (name, text) in certificates(in: source).sorted(by: { $0.key < $1.key }) where inUse[name] != text {
            do {
                try await requireUsable(text, named: name)
                try await take(text, named: name)
                taken.append(name)
            } catch let error as TrafficError {
                refusal = refusal ?? error
            }
        }
        if let refusal { throw await asTold(refusal) }
        return taken
    }

    /// What was so before stays so, but a proxy that never had a certificate was never started.
    private func asTold(_ refusal: TrafficError) async -> TrafficError {
        guard case .certificate(let name, let cause) = refusal, certificates(in: folder.certificates).isEmpty,
            await !isRunning()
        else { return refusal }
        return .firstCertificate(name: name, cause: cause)
    }

    /// Sees to it that HTTPS has a certificate before HAProxy starts: a self-signed one where the settings name no
    /// folder, or an authority may not have given any yet.
    func prepareCertificates() async throws {
        guard settings.https != nil else { return }
        if settings.certificates == nil { try await prepareSelfSigned() }
        guard let source = certificateSource else { return }
        // With others in use HAProxy can start, and what is wrong is told again at each refresh.
        do { _ = try await refreshCertificates() } catch  where !certificates(in: folder.certificates).isEmpty {}
        let inUse = certificates(in: folder.certificates)
        guard !inUse.isEmpty else { throw TrafficError.noCertificate(folder: source) }
        let kept = Set(certificates(in: source).keys)
            .union(settings.certificates == nil ? [SelfSignedCertificate.name] : [])
        let gone = inUse.keys.filter { !kept.contains($0) }
        guard gone.count < inUse.count else { return }
        for name in gone { try FileManager.default.removeItem(atPath: "\(folder.certificates)/\(name)") }
    }

    private func prepareSelfSigned() async throws {
        // For the domains there would be two where an authority gives others.
        let selfSigned = SelfSignedCertificate(names: settings.acme == nil ? domains : [])
        let present = certificates(in: folder.certificates)[SelfSignedCertificate.name]
        guard present?.hasPrefix(selfSigned.head) != true else { return }
        try await take(selfSigned.make(in: folder.path), named: SelfSignedCertificate.name)
    }

    var domains: [String] {
        definitions.flatMap(\.domains).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    /// The PEM files of a folder, in the form in which they can be the payload of a command: without empty lines.
    func certificates(in path: String) -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.reduce(into: [:]) { files, name in
            let data = FileManager.default.contents(atPath: "\(path)/\(name)")
            guard let data, data.count <= Limits.certificateBytes else { return }
            let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            files[name] = lines.joined(separator: "\n") + "\n"
        }
    }

    /// Outside of `exclusively`: no flip waits for openssl.
    private func requireUsable(_ text: String, named name: String) async throws {
        guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || ".-_".contains($0) }) else {
            throw TrafficError.certificate(
                name: name, cause: "its name may hold letters, digits, '.', '-' and '_' only")
        }
        try DurableFile.write(text, to: folder.candidateCertificate, mode: 0o600)
        defer { unlink(folder.candidateCertificate) }
        let file = try await CertificateFile.read(folder.candidateCertificate, called: name)
        if let cause = file.fault(at: Date(), domains: domains) {
            throw TrafficError.certificate(name: name, cause: cause)
        }
    }

    private func take(_ text: String, named name: String) async throws {
        try await exclusively {
            // Workers first: what one of them refuses does not become the file.
            try await load(name, with: text)
            try DurableFile.write(text, to: "\(folder.certificates)/\(name)", mode: 0o600)
        }
    }

    private func load(_ name: String, with text: String) async throws {
        let path = "\(folder.certificates)/\(name)"
        let isNew = !FileManager.default.fileExists(atPath: path)
        var workers: [RuntimeReply.Processes.Worker] = []
        do { workers = try await processes().workers } catch TrafficError.notRunning {}
        for worker in workers {
            if isNew { _ = try await socket.exchange("@!\(worker.process) new ssl cert \(path)") }
            let reply = try await socket.exchange("@!\(worker.process) set ssl cert \(path) <<\n\(text)")
            let commit = try await socket.exchange("@!\(worker.process) commit ssl cert \(path)")
            guard commit.contains("Success") else {
                _ = try await socket.exchange("@!\(worker.process) abort ssl cert \(path)")
                throw TrafficError.certificate(name: name, cause: "HAProxy refuses it: \(reply + commit)")
            }
            if isNew {
                _ = try await socket.exchange("@!\(worker.process) add ssl crt-list \(folder.certificates) \(path)")
            }
        }
    }
}
