package import Domain

/// The steps of a release's migrations that its database does not have yet, as the migrations' names in their order.
package struct PendingMigrations: Equatable, Sendable {
    /// What a deployment applies.
    package var expand: [String]
    /// Those of them that have no revert.
    package var irreversible: [String]
    /// What is filled in once it has committed.
    package var backfill: [String]
    /// What a contraction takes away, once no serving or kept release uses it.
    package var contract: [String]
    /// The releases for which something was taken away from the database, by what was contracted.
    package var contracted: [String: ReleaseVersion]

    package init(
        expand: [String] = [], irreversible: [String] = [], backfill: [String] = [], contract: [String] = [],
        contracted: [String: ReleaseVersion] = [:]
    ) {
        self.contracted = contracted
        self.expand = expand
        self.irreversible = irreversible
        self.backfill = backfill
        self.contract = contract
    }
}
