package import Domain

/// Asks a web instance directly, past the proxy, whether it is well.
package protocol ReleaseProber: Sendable {
    /// The health endpoint.
    func health(of manifest: ReleaseManifest, port: Int, host: String) async -> ProbeFinding
    /// The database health endpoint; nil where the release names none.
    func database(of manifest: ReleaseManifest, port: Int, host: String) async -> ProbeFinding?
    /// One key feature.
    func feature(_ probe: ProbeDefinition, port: Int, host: String) async -> ProbeFinding
}

/// What one probe saw.
package struct ProbeFinding: Codable, Equatable, Sendable {
    /// What was asked: "health (/health)", "key feature 'dispatch board' (/dispatch)".
    package var subject: String
    /// What was wrong; nil when it works.
    package var fault: String?
    package var milliseconds: Double

    package init(subject: String, fault: String?, milliseconds: Double) {
        self.subject = subject
        self.fault = fault
        self.milliseconds = milliseconds
    }

    package var isGood: Bool { fault == nil }
    /// "health (/health) answered 500".
    package var sentence: String { "\(subject) \(fault ?? "works")" }
}
