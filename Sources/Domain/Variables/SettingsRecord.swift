package import Foundation

/// One version of all settings of an environment: the variables that are no secrets.
package struct SettingsRecord: Codable, Equatable, Sendable {
    package let environment: EnvironmentName
    /// From 1, rising by 1.
    package let version: Int
    package let values: [VariableName: String]
    package let author: String
    package let writtenAt: Date

    package init(
        environment: EnvironmentName, version: Int, values: [VariableName: String], author: String, writtenAt: Date
    ) {
        self.environment = environment
        self.version = version
        self.values = values
        self.author = author
        self.writtenAt = writtenAt
    }
}
