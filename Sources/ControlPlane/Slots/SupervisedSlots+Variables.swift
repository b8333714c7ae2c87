import Deployments
package import Domain
import Foundation
import Runtimes
import Secrets

/// Settings and secrets of a slot's processes: those that the slot was prepared with, as long as it is theirs.
extension SupervisedSlots {
    package func variables(
        for release: Release, in environment: EnvironmentDefinition, beside slot: SlotName?
    ) async throws -> PlannedVariables? {
        var serving: SealedVariables?
        if let slot { serving = await sealed(in: slot, of: environment.name) }
        return try await variables.planned(for: release.manifest, in: environment, beside: serving)
    }

    /// What the processes of a slot have; nil where there are none, or where an older version has started them.
    private func sealed(in slot: SlotName, of environment: EnvironmentName) async -> SealedVariables? {
        guard let name = await names(in: slot, of: environment).first else { return nil }
        return await tree.service(named: name.text)?.sealed
    }

    /// Seals what the processes of a release get, and tells the redactors of it.
    func give(
        _ planned: VariableVersions?, to release: Release, in slot: SlotName, of environment: EnvironmentDefinition
    ) async throws -> (settings: [String: String], sealed: SealedVariables) {
        let databaseURL = try await databases.url(for: slot, of: environment)
        let versions = try await variables.versions(for: release.manifest, in: environment, planned: planned)
        let files = (release.manifest.secrets ?? [:]).filter { $0.value == .file }.keys.sorted()
        var given = try await variables.sealed(
            versions, asFiles: files, in: environment, databaseURL: databaseURL)
        given.settings = release.manifest.environment.merging(environment.settings) { _, ours in ours }
            .merging(given.settings) { _, set in set }
        // One that is a secret here may have had a harmless value in the release.
        for record in given.sealed.records { given.settings[record.name.rawValue] = nil }
        try await variables.publish(environment.name, adding: given.sealed.records)
        return given
    }

    /// Installs a service; a rotation of the keys meanwhile would leave it under one that is dropped.
    func install(_ service: Service) async throws {
        try await variables.vault.whileSealing {
            var service = service
            let ring = try variables.vault.keyRing.load()
            if let records = service.sealed?.records {
                service.sealed?.records = try records.map { try ring.rewrapped($0) ?? $0 }
            }
            try await tree.install(service)
        }
    }
}
