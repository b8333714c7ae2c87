package import Domain
package import Judging

/// What users meet, as the proxy's request log tells it.
package protocol RequestTelemetry: Sendable {
    /// What a slot answered in the last half hour, each request a unit.
    func recent(_ environment: EnvironmentName, _ slot: SlotName) async -> SlotCounts
    /// Leaves requests for these paths out, from now on: they say nothing of users.
    func leaveOut(_ paths: Set<String>, of environment: EnvironmentName) async
    /// Counts units from now on, for the requests that were divided by salts of this drawing; ends the one before.
    func begin(_ drawing: Drawing) async
    /// Everything that was seen since the last call.
    func take(_ environment: EnvironmentName) async -> Observation
    /// Ends the counting of units.
    func end(_ environment: EnvironmentName) async
}

/// What was seen between two looks.
package struct Observation: Sendable, Equatable {
    /// One for each share that requests were divided by, in the order in which they were first seen.
    package var ticks: [Tick]
    /// All divided requests that reached the slots, whether they count as units or not.
    package var green: AnswerCounts
    package var blue: AnswerCounts
    /// Why part of it is not known, in a sentence; nil when all was seen. Then nothing may be concluded from silence.
    package var gap: String?

    package init(
        ticks: [Tick] = [], green: AnswerCounts = AnswerCounts(), blue: AnswerCounts = AnswerCounts(),
        gap: String? = nil
    ) {
        self.ticks = ticks
        self.green = green
        self.blue = blue
        self.gap = gap
    }
}
