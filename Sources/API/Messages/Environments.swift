package import Domain
package import Foundation

/// What an environment is, and what serves in it.
package struct EnvironmentFacts: Codable, Equatable, Sendable {
    package var name: EnvironmentName
    package var purpose: String?
    package var domains: [String]
    /// `embedded`, `url`, `secret` or `none`.
    package var database: String
    /// What runs the processes: `process`.
    package var runtime: String
    package var isProtected: Bool
    package var data: DataClass?
    package var features: FeatureSet
    /// Instances by process, where they are not what the release says.
    package var instances: [String: Int]
    package var serving: ReleaseReference?
    /// The freeze that counts now.
    package var freeze: FreezeReport?

    package init(
        name: EnvironmentName, purpose: String?, domains: [String], database: String, runtime: String,
        isProtected: Bool, data: DataClass?, features: FeatureSet, instances: [String: Int],
        serving: ReleaseReference?, freeze: FreezeReport?
    ) {
        (self.name, self.purpose, self.domains, self.database) = (name, purpose, domains, database)
        (self.runtime, self.isProtected, self.data, self.features) = (runtime, isProtected, data, features)
        (self.instances, self.serving, self.freeze) = (instances, serving, freeze)
    }
}

/// What differs between two environments.
package struct EnvironmentComparison: Codable, Equatable, Sendable {
    /// One thing that one of them has otherwise.
    package struct Difference: Codable, Equatable, Sendable {
        /// `release`, `schema`, `settings`, `secrets`, `flags` or `policy`.
        package var section: String
        package var name: String
        /// What the first and the second have; nil for nothing. Of a secret that both have, its versions.
        package var first: String?
        package var second: String?

        package init(section: String, name: String, first: String?, second: String?) {
            (self.section, self.name, self.first, self.second) = (section, name, first, second)
        }
    }

    package var first: EnvironmentName
    package var second: EnvironmentName
    package var differences: [Difference]
    /// Secrets that have the same value in both, which should rarely be.
    package var sharedSecrets: [String]
    /// What could not be compared, in sentences.
    package var gaps: [String]

    package init(
        first: EnvironmentName, second: EnvironmentName, differences: [Difference], sharedSecrets: [String],
        gaps: [String]
    ) {
        (self.first, self.second, self.differences) = (first, second, differences)
        (self.sharedSecrets, self.gaps) = (sharedSecrets, gaps)
    }
}

/// Says what kind of data a database holds.
package struct DataClassRequest: Codable, Equatable, Sendable {
    package var data: DataClass
    package var reason: String
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(data: DataClass, reason: String, requestedBy: String? = nil) {
        (self.data, self.reason, self.requestedBy) = (data, reason, requestedBy)
    }
}

/// Asks for a freeze.
package struct FreezeRequest: Codable, Equatable, Sendable {
    /// Now where it is nil.
    package var from: Date?
    package var until: Date
    package var reason: String
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(from: Date? = nil, until: Date, reason: String, requestedBy: String? = nil) {
        (self.from, self.until, self.reason, self.requestedBy) = (from, until, reason, requestedBy)
    }
}

/// A time in which an environment is not to be changed.
package struct FreezeReport: Codable, Equatable, Sendable {
    package var id: UUID
    package var environment: EnvironmentName
    package var from: Date
    package var until: Date
    package var reason: String
    package var by: String
    package var liftedAt: Date?
    package var liftedBy: String?
    /// `ahead`, `active`, `over` or `lifted`.
    package var state: String

    package init(
        id: UUID, environment: EnvironmentName, from: Date, until: Date, reason: String, by: String, liftedAt: Date?,
        liftedBy: String?, state: String
    ) {
        (self.id, self.environment, self.from, self.until) = (id, environment, from, until)
        (self.reason, self.by, self.liftedAt, self.liftedBy) = (reason, by, liftedAt, liftedBy)
        self.state = state
    }
}
