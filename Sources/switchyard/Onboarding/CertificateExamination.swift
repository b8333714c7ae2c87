import Foundation
import Onboarding
import Traffic

/// Whether the proxy could use the certificates of a folder: with their key, in date, for the domains.
struct CertificateExamination {
    /// Certificates that are looked at.
    private static let most = 256

    /// Holds a PEM file for each certificate, chain and key in one.
    let folder: String
    /// Host names of all environments.
    let domains: [String]

    func findings(now: Date = Date()) async -> [Finding] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            .filter { !$0.hasPrefix(".") }.prefix(Self.most)
        guard !names.isEmpty else {
            return [
                .mend(
                    "certificates", "\(folder) has no PEM file that this user can see.",
                    remedy: "Put a file with chain and key there, or take 'certificates' out of switchyard.yaml.")
            ]
        }
        var findings: [Finding] = []
        var read: [CertificateFile] = []
        for name in names {
            do {
                let file = try await CertificateFile.read("\(folder)/\(name)", called: name)
                read.append(file)
                findings.append(judge(file, named: name, now: now))
            } catch {
                let cause = if case TrafficError.certificate(_, let cause) = error { cause } else { "\(error)" }
                findings.append(
                    .mend(
                        "certificate \(name)", "\(folder)/\(name) is not taken into use: \(cause).",
                        remedy:
                            "Put the chain, the certificate first, and its own key without a passphrase into \(folder)/"
                            + "\(name), as PEM."))
            }
        }
        let bare = domains.filter { domain in !read.contains { $0.covers(domain) } }
        guard !bare.isEmpty else { return findings }
        let missing = Finding.mend(
            "certificates", "No certificate in \(folder) is for \(bare.joined(separator: ", ")).",
            remedy: "Put one there whose names include \(bare.count == 1 ? "it" : "them").")
        return findings + [missing]
    }

    private func judge(_ file: CertificateFile, named name: String, now: Date) -> Finding {
        let subject = "certificate \(name)"
        if let fault = file.fault(at: now, domains: domains) {
            return .mend(
                subject, "\(folder)/\(name) is not taken into use: \(fault).",
                remedy: remedy(of: file, now: now))
        }
        let day = file.end.formatted(.iso8601.year().month().day())
        guard !file.endsSoon(at: now) else {
            return .note(subject, "\(folder)/\(name) ends on \(day).", remedy: "Replace the file before.")
        }
        return .good(subject, "\(folder)/\(name) has its key and is in date until \(day).")
    }

    private func remedy(of file: CertificateFile, now: Date) -> String {
        if file.end <= now { return "Renew it and replace the file." }
        if file.start > now { return "Wait until then, or set this machine's clock where it is behind." }
        return "Replace it by one for the domains, or write its names under 'domains' of an environment."
    }
}
