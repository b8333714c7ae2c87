/// The variables that Switchyard itself gives every process: nobody else may.
package enum ReservedVariables {
    private static let names: Set = [
        "PORT", "HOST", "SLOT", "ENVIRONMENT", "PROCESS", "INSTANCE", "SHARED_DIRECTORY", "CREDENTIALS_DIRECTORY",
    ]

    /// Whether a secret or a setting may not have this name; DATABASE_URL may, where Switchyard knows of no database.
    package static func contain(_ name: VariableName, database: EnvironmentDefinition.Database) -> Bool {
        let text = name.rawValue
        if text == "DATABASE_URL" { return database != .none && database != .secret }
        return names.contains(text) || text.hasPrefix("RELEASE_")
    }
}
