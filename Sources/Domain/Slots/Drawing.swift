/// Whose units are counted: those of requests that were divided between two slots by a salt that begins with `salts`.
///
/// Each salt is an assignment epoch of its own, in which a client counts anew.
package struct Drawing: Sendable, Equatable {
    package var environment: EnvironmentName
    package var stable: SlotName
    package var candidate: SlotName
    /// What the salts of the deployment begin with: `17.`.
    package var salts: String

    package init(environment: EnvironmentName, stable: SlotName, candidate: SlotName, salts: String) {
        self.environment = environment
        self.stable = stable
        self.candidate = candidate
        self.salts = salts
    }
}
