/// Whose units are counted: those of requests that were divided between two slots by a salt that begins with `salts`.
///
/// Each salt is an assignment epoch of its own, in which a client counts anew.
package struct Drawing: Sendable, Equatable {
    package var environment: EnvironmentName
    package var stable: SlotName
    package var candidate: SlotName
    /// What the salts of the deployment begin with: `17.`.
    package var salts: String
    /// The factor of response times that is allowed, by which they are counted.
    package var timeFactor: Double

    package init(
        environment: EnvironmentName, stable: SlotName, candidate: SlotName, salts: String, timeFactor: Double = 1.5
    ) {
        self.environment = environment
        self.stable = stable
        self.candidate = candidate
        self.salts = salts
        self.timeFactor = timeFactor
    }
}
