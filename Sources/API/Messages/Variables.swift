package import Domain
package import Foundation

/// Gives secrets values; they are in no answer and in no record.
package struct SecretsRequest: Codable, Equatable, Sendable {
    package var values: [String: String]
    package var requestedBy: String?

    package init(values: [String: String], requestedBy: String?) {
        self.values = values
        self.requestedBy = requestedBy
    }
}

/// A version of a secret, as far as people may see it.
package struct SecretReport: Codable, Equatable, Sendable {
    package var name: String
    package var version: Int
    /// Equal for equal values; nil where this version says that the secret was removed.
    package var fingerprint: String?
    package var author: String
    package var writtenAt: Date
    /// The key-encryption key that it is under; nil where its value is not kept.
    package var key: String?

    package init(
        name: String, version: Int, fingerprint: String?, author: String, writtenAt: Date, key: String?
    ) {
        self.name = name
        self.version = version
        self.fingerprint = fingerprint
        self.author = author
        self.writtenAt = writtenAt
        self.key = key
    }
}

/// What became of a value.
package struct SecretWritten: Codable, Equatable, Sendable {
    package var name: String
    package var version: Int
    package var fingerprint: String
    /// `added`, `changed`, or `unchanged` where the secret had that value already.
    package var outcome: String
    package var warnings: [String]

    package init(name: String, version: Int, fingerprint: String, outcome: String, warnings: [String]) {
        self.name = name
        self.version = version
        self.fingerprint = fingerprint
        self.outcome = outcome
        self.warnings = warnings
    }
}

/// A secret that would differ, by its fingerprints; nil where there was or would be none.
package struct SecretDifference: Codable, Equatable, Sendable {
    package var name: String
    package var before: String?
    package var after: String?

    package init(name: String, before: String?, after: String?) {
        self.name = name
        self.before = before
        self.after = after
    }
}

/// Asks for an encrypted file of an environment's secrets.
package struct SecretExportRequest: Codable, Equatable, Sendable {
    /// age public keys.
    package var recipients: [String]
    /// `json` or `dotenv`.
    package var format: String
    package var requestedBy: String?

    package init(recipients: [String], format: String, requestedBy: String?) {
        self.recipients = recipients
        self.format = format
        self.requestedBy = requestedBy
    }
}

/// A SOPS file.
package struct SecretExport: Codable, Equatable, Sendable {
    package var text: String

    package init(text: String) { self.text = text }
}

/// Asks for an environment's variables for one command, which the process on this machine becomes.
package struct SecretCommandRequest: Codable, Equatable, Sendable {
    package var words: [String]
    /// Where it runs.
    package var folder: String
    package var requestedBy: String?
    package var process: ProcessIdentity

    package init(words: [String], folder: String, requestedBy: String?, process: ProcessIdentity) {
        self.words = words
        self.folder = folder
        self.requestedBy = requestedBy
        self.process = process
    }
}

/// Where what the command is started with lies, sealed, until it was read once.
package struct SecretCommand: Codable, Equatable, Sendable {
    package var start: String

    package init(start: String) { self.start = start }
}

/// Asks for a new key-encryption key.
package struct KeyRotationRequest: Codable, Equatable, Sendable {
    /// Whether keys that nothing is under any more are taken out of the ring: older copies of the state cannot be read then.
    package var dropsOld: Bool
    package var requestedBy: String?

    package init(dropsOld: Bool, requestedBy: String?) {
        self.dropsOld = dropsOld
        self.requestedBy = requestedBy
    }
}

/// What became of the secrets.
package struct KeyRotation: Codable, Equatable, Sendable {
    package var key: String
    /// Values of secrets that were put under it.
    package var rewrapped: Int
    /// Keys that are in the ring no more.
    package var dropped: [String]
    /// A sentence for each value that could not be opened and stays as it is.
    package var unreadable: [String]

    package init(key: String, rewrapped: Int, dropped: [String], unreadable: [String]) {
        self.key = key
        self.rewrapped = rewrapped
        self.dropped = dropped
        self.unreadable = unreadable
    }
}

/// A version of an environment's settings.
package struct SettingsReport: Codable, Equatable, Sendable {
    package var version: Int
    package var values: [String: String]

    package init(version: Int, values: [String: String]) {
        self.version = version
        self.values = values
    }
}

/// Gives settings values; null removes one.
package struct SettingsRequest: Codable, Equatable, Sendable {
    package var values: [String: String?]
    package var requestedBy: String?

    package init(values: [String: String?], requestedBy: String?) {
        self.values = values
        self.requestedBy = requestedBy
    }
}

/// What changed of the settings.
package struct SettingsChanged: Codable, Equatable, Sendable {
    /// A setting before and after; nil where there was or is none.
    package struct Change: Codable, Equatable, Sendable {
        package var name: String
        package var before: String?
        package var after: String?

        package init(name: String, before: String?, after: String?) {
            self.name = name
            self.before = before
            self.after = after
        }
    }

    package var version: Int
    package var changes: [Change]

    package init(version: Int, changes: [Change]) {
        self.version = version
        self.changes = changes
    }
}
