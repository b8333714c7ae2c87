import Domain
import Foundation
import TestSupport
import Testing

@testable import ControlPlane

/// When an authority that refused something may be asked again.
struct CertificateAttemptsTests {
    private typealias Question = CertificateAttempts.Question

    private let production = EnvironmentName(unchecked: "production")
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let settings = ACMESettings(email: "operations@switchyard.test")

    private func attempts(in folder: String, _ domains: [String] = ["a.test"], of settings: ACMESettings? = nil)
        -> CertificateAttempts
    {
        CertificateAttempts(
            keptIn: "\(folder)/attempts.json",
            questions: [production: Question(domains, of: settings ?? self.settings)])
    }

    @Test func `a refusal is waited for, twice as long each time, also after a restart`() async throws {
        try await withTemporaryFolder { folder in
            var first = attempts(in: folder)
            #expect(first.isAllowed(for: production, now: now))
            first.noteRefusal(for: production, because: "No.", now: now)
            #expect(!first.isAllowed(for: production, now: now + Limits.certificatePause - 1))
            #expect(first.isAllowed(for: production, now: now + Limits.certificatePause))

            var restarted = attempts(in: folder)
            #expect(!restarted.isAllowed(for: production, now: now + Limits.certificatePause - 1))
            #expect(restarted.problems == first.problems)
            #expect(restarted.problems.first?.hasPrefix("No. It is tried again at ") == true)
            restarted.noteRefusal(for: production, because: "No.", now: now)
            #expect(!restarted.isAllowed(for: production, now: now + 2 * Limits.certificatePause - 1))
            restarted.noteCertificate(for: production)
            #expect(restarted.problems.isEmpty && attempts(in: folder).problems.isEmpty)
        }
    }

    /// What an operator would correct.
    static let corrections: [(name: String, domains: [String], settings: ACMESettings)] = [
        ("domains", ["a.test", "b.test"], ACMESettings(email: "operations@switchyard.test")),
        ("e-mail address", ["a.test"], ACMESettings(email: "right@switchyard.test")),
        (
            "directory", ["a.test"],
            ACMESettings(email: "operations@switchyard.test", directory: "https://other.test/directory")
        ),
        (
            "trusted roots", ["a.test"],
            ACMESettings(email: "operations@switchyard.test", trustedRoots: "/etc/roots.pem")
        ),
    ]

    @Test(arguments: corrections)
    func `what was corrected is asked at once`(name: String, domains: [String], settings: ACMESettings) async throws {
        try await withTemporaryFolder { folder in
            var refused = attempts(in: folder)
            refused.noteRefusal(for: production, because: "No.", now: now)
            let corrected = attempts(in: folder, domains, of: settings)
            #expect(corrected.isAllowed(for: production, now: now))
            #expect(corrected.problems.isEmpty)
        }
    }

    @Test func `when a certificate is renewed changes nothing in what is asked`() async throws {
        try await withTemporaryFolder { folder in
            var refused = attempts(in: folder)
            refused.noteRefusal(for: production, because: "No.", now: now)
            var later = settings
            later.renewBeforeSeconds = 86_400
            #expect(!attempts(in: folder, of: later).isAllowed(for: production, now: now))
        }
    }

    @Test func `a file that nobody understands holds nobody back`() async throws {
        try await withTemporaryFolder { folder in
            try "{".write(toFile: "\(folder)/attempts.json", atomically: false, encoding: .utf8)
            #expect(attempts(in: folder).isAllowed(for: production, now: now))
        }
    }
}
