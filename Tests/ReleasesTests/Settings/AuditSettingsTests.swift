import Domain
import Settings
import Testing

/// `audit:` in `switchyard.yaml`.
struct AuditSettingsTests {
    private static let key = "w1+23c1e1b1+BCPSXl1qcJHbLoTz5yIuBOcDYhdNFWSMwV3xhUCJvCWG"

    private func parse(_ text: String) throws -> Configuration {
        try Configuration.parse("application: freightops\nenvironments: {dev: {}}\n\(text)\n")
    }

    @Test func `entries are kept for 13 months and nobody witnesses unless it is written`() throws {
        #expect(try parse("").audit == AuditSettings(retentionMonths: 13, witness: nil))
        let configuration = try parse(
            """
            audit:
              retention_months: 24
              witness: {url: "https://witness.example.com", public_key: "\(Self.key)", every: 1h}
            """)
        #expect(
            configuration.audit
                == AuditSettings(
                    retentionMonths: 24,
                    witness: WitnessSettings(
                        url: "https://witness.example.com", publicKey: Self.key, everySeconds: 3_600)))
        #expect(
            configuration.settingsInForce.suffix(4).map { "\($0.key): \($0.value)" } == [
                "audit.retention_months: 24", "audit.witness.url: https://witness.example.com",
                "audit.witness.public_key: \(Self.key)", "audit.witness.every: 1h",
            ])
    }

    static let mistakes: [(text: String, problem: String)] = [
        ("audit: {retention_months: 0}", "a whole number from 1 to 1200"),
        ("audit: {retention: 13}", "unknown key 'retention' in 'audit'; Allowed: retention_months, witness."),
        (
            "audit: {witness: {url: \"https://w\"}}",
            "'audit.witness.public_key' is missing; add it: what 'switchyard witness' says"
        ),
        ("audit: {witness: {url: \"ftp://w\", public_key: \"\(key)\"}}", "a URL such as"),
        ("audit: {witness: {url: \"https://w/\", public_key: \"\(key)\"}}", "a URL such as"),
        ("audit: {witness: {url: \"https://a:b@w\", public_key: \"\(key)\"}}", "a URL such as"),
        ("audit: {witness: {url: \"https://w\", public_key: w1}}", "a witness' public key"),
        ("audit: {witness: {url: \"https://w\", public_key: \"\(key)\", every: 1ms}}", "from 100ms to 7d"),
    ]

    @Test(arguments: mistakes)
    func `a mistake is refused with its place`(text: String, problem: String) {
        do {
            _ = try parse(text)
            Issue.record("It was taken: \(text)")
        } catch {
            #expect("\(error)".contains(problem), "\(error)")
        }
    }
}
