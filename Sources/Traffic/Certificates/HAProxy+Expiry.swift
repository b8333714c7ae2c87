import Domain
package import Foundation

/// A certificate in use that users will not accept for much longer, or not any more.
package struct EndingCertificate: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let end: Date
    package let hasEnded: Bool

    package init(name: String, end: Date, hasEnded: Bool) {
        self.name = name
        self.end = end
        self.hasEnded = hasEnded
    }

    package var description: String {
        let day = end.formatted(.iso8601.year().month().day())
        return hasEnded
            ? "The certificate \(name) ended on \(day): replace the file."
            : "The certificate \(name) ends on \(day): replace the file before."
    }
}

extension HAProxy {
    /// The certificates in use that have ended or end soon, by name.
    package func endingCertificates(now: Date) async -> [EndingCertificate] {
        await inspectedFiles().filter { $0.file.endsSoon(at: now) }
            .map { EndingCertificate(name: $0.name, end: $0.file.end, hasEnded: $0.file.end <= now) }
    }

    /// What is wrong with the certificates in use, a sentence each: ended or soon to end, and domains that none is for.
    package func certificateProblems(now: Date) async -> [String] {
        guard settings.https != nil else { return [] }
        let files = await inspectedFiles().map(\.file)
        let remedy = settings.acme == nil ? "put one into \(certificateSource ?? "")" : "the authority gave none yet"
        return await endingCertificates(now: now).map(\.description)
            + domains.filter { domain in !files.contains { $0.covers(domain) } }
            .map { "No certificate is for \($0): \(remedy)." }
    }

    private func inspectedFiles() async -> [(name: String, file: CertificateFile)] {
        guard settings.https != nil else { return [] }
        var files: [(name: String, file: CertificateFile)] = []
        for (name, text) in certificates(in: folder.certificates).sorted(by: { $0.key < $1.key }) {
            if let file = await inspect(name, text) { files.append((name, file)) }
        }
        return files
    }

    /// Only what changed is read again: openssl is started for each.
    private func inspect(_ name: String, _ text: String) async -> CertificateFile? {
        let digest = Digest.text(of: text)
        if let known = inspectedCertificates[name], known.digest == digest { return known.file }
        guard let file = try? await CertificateFile.read("\(folder.certificates)/\(name)", called: name) else {
            return nil
        }
        inspectedCertificates[name] = (digest, file)
        return file
    }
}
