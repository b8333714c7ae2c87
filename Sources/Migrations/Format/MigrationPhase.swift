/// The parts of a migration, in the order in which they can run.
package enum MigrationPhase: String, Sendable, Codable, CaseIterable {
    /// What the running release can live with; runs before any new code.
    case expand
    /// One statement that is run batch by batch until every row has been seen.
    case backfill
    /// What takes away what nobody uses any more; a deployment of its own.
    case contract
    /// What takes the expansion back.
    case revert

    /// The file that holds it in a migration's folder.
    package var file: String { "\(rawValue).sql" }
}
