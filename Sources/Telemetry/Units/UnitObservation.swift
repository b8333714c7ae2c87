package import Domain
package import Judging

/// What was seen of an environment between two looks.
package struct UnitObservation: Sendable, Equatable {
    /// One for each share that requests were divided by, in the order in which they were first seen.
    package var ticks: [Tick]
    /// All divided requests that reached the slots, whether they count as units or not.
    package var green: AnswerCounts
    package var blue: AnswerCounts
    /// Why part of it is not known, in sentences; nil when all was seen. Then nothing may be concluded from silence.
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
