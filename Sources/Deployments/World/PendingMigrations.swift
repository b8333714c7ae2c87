/// The steps of a release's migrations that its database does not have yet, as the migrations' names in their order.
package struct PendingMigrations: Equatable, Sendable {
    /// What a deployment applies.
    package var expand: [String]
    /// What it leaves to the operator, for when it has committed.
    package var backfill: [String]
    /// What it leaves to the operator, for when no kept release uses what they take away.
    package var contract: [String]

    package init(expand: [String] = [], backfill: [String] = [], contract: [String] = []) {
        self.expand = expand
        self.backfill = backfill
        self.contract = contract
    }
}
