/// One thing that was examined, and what to do where it is not as it must be.
package struct Finding: Codable, Equatable, Sendable {
    /// What follows from a finding.
    package enum State: String, Codable, Sendable {
        case good
        /// Works, and somebody may want it otherwise.
        case note
        /// Must be mended before Switchyard can do what the configuration says.
        case mend
    }

    /// What was examined: "haproxy", "port 8080".
    package let subject: String
    package let state: State
    /// What is so, in a sentence.
    package let sentence: String
    /// What to do about it; nil where there is nothing to do.
    package let remedy: String?

    package static func good(_ subject: String, _ sentence: String) -> Finding {
        Finding(subject: subject, state: .good, sentence: sentence, remedy: nil)
    }

    package static func note(_ subject: String, _ sentence: String, remedy: String) -> Finding {
        Finding(subject: subject, state: .note, sentence: sentence, remedy: remedy)
    }

    package static func mend(_ subject: String, _ sentence: String, remedy: String) -> Finding {
        Finding(subject: subject, state: .mend, sentence: sentence, remedy: remedy)
    }
}

/// Everything that an examination found.
package struct Examination: Codable, Equatable, Sendable {
    package var findings: [Finding]

    package init(_ findings: [Finding]) { self.findings = findings }

    /// Whether nothing must be mended.
    package var isHealthy: Bool { !findings.contains { $0.state == .mend } }
}
