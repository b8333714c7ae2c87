/// What came of adding a release to the store.
package struct AddedRelease: Codable, Equatable, Sendable {
    /// What the store had to do.
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        case added
        /// The same content was there, unaltered.
        case alreadyThere = "already_there"
        /// The same release was there with an archive that had been altered; it was replaced by the good one.
        case repaired
    }

    package var release: Release
    package var outcome: Outcome

    package init(release: Release, outcome: Outcome) {
        self.release = release
        self.outcome = outcome
    }
}
