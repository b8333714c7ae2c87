package import Domain
package import Foundation

/// What people may see of a secret's version.
package struct SecretSummary: Codable, Equatable, Sendable {
    package let name: VariableName
    package let version: Int
    /// Equal for equal values; nil where this version says that the secret was removed.
    package let fingerprint: String?
    package let author: String
    package let writtenAt: Date
    /// The key-encryption key that it is under; nil where its ciphertext is not kept.
    package let keyID: String?

    init(_ record: SecretRecord) {
        name = record.name
        version = record.version
        fingerprint = record.fingerprint
        author = record.author
        writtenAt = record.writtenAt
        keyID = record.sealed?.keyID
    }
}

/// What became of a value that was set.
package struct SecretWriting: Codable, Equatable, Sendable {
    /// Whether there is a new version.
    package enum Outcome: String, Codable, Sendable {
        case added
        case changed
        /// The secret had that value already, and no version was made.
        case unchanged
    }

    package let name: VariableName
    package let version: Int
    package let fingerprint: String
    package let outcome: Outcome
    /// Sentences for whoever set it.
    package let warnings: [String]
}

/// A secret that would differ: by fingerprints, never by values.
package struct SecretChange: Codable, Equatable, Sendable {
    package let name: VariableName
    /// Nil where there is no such secret.
    package let before: String?
    /// Nil where it would be gone.
    package let after: String?

    package init(name: VariableName, before: String?, after: String?) {
        self.name = name
        self.before = before
        self.after = after
    }
}

/// A setting that differs between two versions.
package struct SettingChange: Codable, Equatable, Sendable {
    package let name: VariableName
    package let before: String?
    package let after: String?

    package init(name: VariableName, before: String?, after: String?) {
        self.name = name
        self.before = before
        self.after = after
    }

    /// All names whose values differ, in their order.
    package static func all(
        from before: [VariableName: String], to after: [VariableName: String]
    ) -> [SettingChange] {
        Set(before.keys).union(after.keys).sorted()
            .filter { before[$0] != after[$0] }
            .map { SettingChange(name: $0, before: before[$0], after: after[$0]) }
    }
}
