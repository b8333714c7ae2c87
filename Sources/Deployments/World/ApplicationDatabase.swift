package import Domain

/// The application's database in one environment, as a deployment needs it.
package protocol ApplicationDatabase: Sendable {
    /// What of the release's migrations the database does not have yet.
    func pendingMigrations(of release: Release, in environment: EnvironmentDefinition) async throws -> PendingMigrations
    /// Dumps the database; answers where the backup lies, in a sentence.
    func backUp(_ environment: EnvironmentDefinition, for deployment: DeploymentID) async throws -> String
    /// Plays what the deployment is about to change on a clone restored from its backup, and writes what it found out
    /// into a folder as evidence.
    ///
    /// `running` are the releases that must go on working. Throws where no rehearsal could take place.
    func rehearse(
        _ deployment: Deployment, of release: Release, in environment: EnvironmentDefinition,
        beside running: [RunningRelease], evidence folder: String
    ) async throws -> RehearsalOutcome
    /// Applies the pending expand migrations; answers their names. Applied ones are passed over.
    func expand(
        _ environment: EnvironmentDefinition, to release: Release, for deployment: Deployment
    ) async throws -> [String]
    /// Applies the pending contract migrations of the release that serves; answers their names.
    func contract(
        _ environment: EnvironmentDefinition, of release: Release, for deployment: Deployment
    ) async throws -> [String]
    /// Applies the pending backfills of the release that serves, so that nobody notices; answers their names.
    ///
    /// May be cancelled at any time: the next call continues. `tell` hears how it goes, in a sentence; `trouble` says why
    /// the application is better left alone just now, or nil.
    func backfill(
        _ environment: EnvironmentDefinition, of release: Release, tell: @escaping @Sendable (String) -> Void,
        trouble: @escaping @Sendable () async -> String?
    ) async throws -> [String]
    /// Connects as a slot's release does and asks for nothing; answers why that fails, or nil where it works or there is
    /// no database.
    func connectionFault(of slot: SlotName, in environment: EnvironmentDefinition) async -> String?
    /// Takes note of the statements that the releases in the slots send, so that a contraction knows who uses what.
    func observe(_ environment: EnvironmentDefinition, running: [RunningRelease]) async throws
}

/// A release in a slot.
package struct RunningRelease: Sendable, Equatable {
    package var release: ReleaseReference
    package var slot: SlotName
    package var role: Slot.Role

    package init(release: ReleaseReference, slot: SlotName, role: Slot.Role) {
        self.release = release
        self.slot = slot
        self.role = role
    }
}

/// What a rehearsal came to.
package struct RehearsalOutcome: Sendable, Equatable {
    /// For people: what was tried, and with what result.
    package var sentence: String
    /// What would hurt users or break a running release, each in a sentence, the worst first.
    package var obstacles: [String]
    /// Migrations that were found to have no way back.
    package var irreversible: [String]
    /// Why something may not be known, each in a sentence.
    package var gaps: [String]

    package init(sentence: String, obstacles: [String] = [], irreversible: [String] = [], gaps: [String] = []) {
        self.sentence = sentence
        self.obstacles = obstacles
        self.irreversible = irreversible
        self.gaps = gaps
    }
}
