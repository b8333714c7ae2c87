/// What a SOPS file says of itself.
struct SopsMetadata: Equatable, Sendable {
    /// Who can open the file: an age public key, and the file's key for it.
    struct Recipient: Equatable, Sendable {
        let recipient: String
        let wrapped: String
    }

    let recipients: [Recipient]
    /// As it is written, because the MAC is authenticated with it.
    let lastModified: String
    let mac: String
    /// The rules by the metadata's own names.
    let rules: [String: String]
    let macOnlyEncrypted: Bool

    /// The version of the format that is written here.
    static let version = "3.9.0"
    /// What other versions of SOPS may say and this reader does not follow.
    static let unsupported = ["key_groups", "shamir_threshold", "unencrypted_comment_regex", "encrypted_comment_regex"]

    init(recipients: [Recipient], lastModified: String, mac: String) {
        self.recipients = recipients
        self.lastModified = lastModified
        self.mac = mac
        rules = ["unencrypted_suffix": SopsRules.defaultUnencryptedSuffix]
        macOnlyEncrypted = false
    }

    init(
        recipients: [Recipient], lastModified: String?, mac: String?, rules: [String: String], macOnlyEncrypted: Bool
    ) throws(SecretsError) {
        guard let lastModified else { throw .unreadableFile(reason: "its 'sops' part has no 'lastmodified'") }
        guard let mac, !mac.isEmpty else { throw .unreadableFile(reason: "its 'sops' part has no 'mac'") }
        guard recipients.count <= Limits.recipients else {
            throw .unsupported(reason: "more than \(Limits.recipients) age recipients")
        }
        self.recipients = recipients
        self.lastModified = lastModified
        self.mac = mac
        self.rules = rules
        self.macOnlyEncrypted = macOnlyEncrypted
    }
}
