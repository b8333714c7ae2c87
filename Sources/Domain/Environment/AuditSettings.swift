/// What becomes of the record of who did what.
package struct AuditSettings: Codable, Equatable, Sendable {
    /// How long entries are kept at least.
    package var retentionMonths: Int
    /// Who remembers elsewhere how far it has come; nil for nobody.
    package var witness: WitnessSettings?

    package init(retentionMonths: Int = 13, witness: WitnessSettings? = nil) {
        self.retentionMonths = retentionMonths
        self.witness = witness
    }
}

/// A witness of the record (C2SP tlog-witness).
package struct WitnessSettings: Codable, Equatable, Sendable {
    /// Where it answers, without a slash at the end.
    package var url: String
    /// What its cosignatures are checked with: `name+hash+base64`.
    package var publicKey: String
    /// How often it is asked, in seconds.
    package var everySeconds: Double

    package init(url: String, publicKey: String, everySeconds: Double = 600) {
        self.url = url
        self.publicKey = publicKey
        self.everySeconds = everySeconds
    }
}
