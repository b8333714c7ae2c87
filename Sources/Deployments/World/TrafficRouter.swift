package import Domain

/// The proxy in front of the slots, as a deployment needs it.
package protocol TrafficRouter: Sendable {
    /// Tells the proxy where each slot's web instances listen; moves no request. Answers what people should know of it.
    @discardableResult
    func place(_ table: SlotTable) async throws -> String?
    /// Shares requests out as the table says: durable, sent to every worker and confirmed by each.
    func route(_ table: SlotTable) async throws
    /// What a slot is serving now.
    func inFlight(_ environment: EnvironmentName, _ slot: SlotName) async throws -> InFlight
    /// What a slot has answered so far; the counts begin anew with the proxy's workers.
    func answers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> AnswerCounts
    /// Web instances of a slot that the proxy itself finds healthy.
    func healthyServers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> Int
    /// Closes what stays open on a slot (websockets, event streams), spread over a time.
    func closeLongConnections(environment: EnvironmentName, slot: SlotName, over spread: Duration) async throws
}
