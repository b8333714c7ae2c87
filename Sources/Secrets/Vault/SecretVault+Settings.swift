package import Domain
package import Foundation

extension SecretVault {
    /// A version of an environment's settings, the newest where none is named; version 0 has none.
    package func settings(
        in environment: EnvironmentName, version: Int? = nil
    ) async throws -> (version: Int, values: [VariableName: String]) {
        if version == 0 { return (0, [:]) }
        let record = try await records.settings(of: environment, version: version)
        if let version, record == nil { throw SecretsError.settingsNotKept(environment, version: version) }
        return (record?.version ?? 0, record?.values ?? [:])
    }

    /// Gives settings values, nil removing one, as one new version; answers what changed, and makes none for nothing.
    package func change(
        settings changes: [VariableName: String?], in environment: EnvironmentName, by author: String, at now: Date
    ) async throws -> (version: Int, changes: [SettingChange]) {
        let old = try await settings(in: environment)
        var values = old.values
        for (name, value) in changes { values[name] = value }
        let differences = SettingChange.all(from: old.values, to: values)
        guard !differences.isEmpty else { return (old.version, []) }
        try check(values, of: environment)
        let secrets = try await newest(in: environment).filter { !$0.value.isRemoval }
        if let taken = values.keys.sorted().first(where: { secrets[$0] != nil }) {
            throw SecretsError.nameTaken(taken, environment, asSecret: true)
        }
        let record = SettingsRecord(
            environment: environment, version: old.version + 1, values: values, author: author, writtenAt: now)
        guard try await records.append(record, keeping: Limits.keptSettings) else {
            throw SecretsError.changedMeanwhile(environment)
        }
        return (record.version, differences)
    }

    /// What differs between two versions, the newest where the second is not named.
    package func settingChanges(
        in environment: EnvironmentName, from old: Int, to new: Int? = nil
    ) async throws -> [SettingChange] {
        let before = try await settings(in: environment, version: old)
        let after = try await settings(in: environment, version: new)
        return SettingChange.all(from: before.values, to: after.values)
    }

    private func check(_ values: [VariableName: String], of environment: EnvironmentName) throws {
        guard values.count <= Limits.names else {
            throw SecretsError.tooManyNames(environment, limit: Limits.names)
        }
        for (name, value) in values {
            guard !value.utf8.contains(0) else { throw SecretsError.notText(name) }
            guard value.utf8.count <= Limits.valueBytes else {
                throw SecretsError.valueTooLarge(name, bytes: value.utf8.count, limit: Limits.valueBytes)
            }
        }
        guard values.values.reduce(0, { $0 + $1.utf8.count }) <= Limits.environmentBytes else {
            throw SecretsError.environmentTooLarge(environment, limitBytes: Limits.environmentBytes)
        }
    }
}
