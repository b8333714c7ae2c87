package import Foundation

/// Asks what a configuration would change, or for the change.
package struct ConfigurationRequest: Codable, Equatable, Sendable {
    /// The text of a `switchyard.yaml`; nil for the file that the control plane was started with, as it is now.
    package var text: String?
    /// What the text is called in error messages.
    package var file: String?
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(text: String? = nil, file: String? = nil, requestedBy: String? = nil) {
        self.text = text
        self.file = file
        self.requestedBy = requestedBy
    }
}

/// One key whose value differs from the one in force.
package struct ConfigurationDifference: Codable, Equatable, Sendable {
    /// The path of keys that leads to it: `environments.production.bake`.
    package var key: String
    /// The value in force, secrets masked; nil where the key has none.
    package var old: String?
    /// The value in the file, secrets masked; nil where the key has none.
    package var new: String?
    /// When the new value counts, in words.
    package var takesEffect: String

    package init(key: String, old: String?, new: String?, takesEffect: String) {
        self.key = key
        self.old = old
        self.new = new
        self.takesEffect = takesEffect
    }
}

/// A change of the configuration, and what became of it.
package struct ConfigurationChange: Codable, Equatable, Sendable {
    /// How a change ended.
    package enum Outcome: String, Codable, CaseIterable, Sendable {
        case applied
        /// The configuration before it is in force again.
        case takenBack
    }

    /// Counted from 1 for each state folder.
    package var number: Int
    package var requestedBy: String
    package var createdAt: Date
    package var differences: [ConfigurationDifference]
    /// Nil while it is under way.
    package var outcome: Outcome?
    /// Why it was taken back.
    package var reason: String?

    package init(number: Int, requestedBy: String, createdAt: Date, differences: [ConfigurationDifference]) {
        self.number = number
        self.requestedBy = requestedBy
        self.createdAt = createdAt
        self.differences = differences
    }
}

/// Where the configuration comes from, and what differs.
package struct ConfigurationReport: Codable, Equatable, Sendable {
    /// The file that the control plane was started with, and the next start reads.
    package var file: String
    /// What the file that was asked about would change; empty where nothing was asked about.
    package var differences: [ConfigurationDifference]
    /// The newest change; nil where there was none.
    package var lastChange: ConfigurationChange?
    /// What could not be found out about the file that was asked about; nil where there is nothing to say.
    package var warnings: [String]?

    package init(
        file: String, differences: [ConfigurationDifference], lastChange: ConfigurationChange?,
        warnings: [String]? = nil
    ) {
        self.file = file
        self.differences = differences
        self.lastChange = lastChange
        self.warnings = warnings
    }
}
