/// What users met in one slot during a tick, in units: a client in a window counts once, with its mean outcome.
package struct SlotCounts: Sendable, Equatable, Codable {
    /// Units whose requests went wrong; a unit of which one request in four did adds a quarter.
    package var bad: Double
    package var ok: Double
    /// The response times, weighted so that each unit adds one.
    package var times: ResponseTimeHistogram

    package init(bad: Double = 0, ok: Double = 0, times: ResponseTimeHistogram = ResponseTimeHistogram()) {
        self.bad = bad
        self.ok = ok
        self.times = times
    }

    package var units: Double { bad + ok }

    package static func += (left: inout SlotCounts, right: SlotCounts) {
        left.bad += right.bad
        left.ok += right.ok
        left.times += right.times
    }
}

/// What was seen of both slots while the share stood still.
package struct Tick: Sendable, Equatable, Codable {
    /// The part of the units that is sent to green, of 1.
    package var share: Double
    package var green: SlotCounts
    package var blue: SlotCounts
    /// Different clients who have met an error of green so far; nil where nobody told them apart.
    package var greenClientsWithErrors: Int?

    package init(
        share: Double, green: SlotCounts = SlotCounts(), blue: SlotCounts = SlotCounts(),
        greenClientsWithErrors: Int? = nil
    ) {
        self.share = share
        self.green = green
        self.blue = blue
        self.greenClientsWithErrors = greenClientsWithErrors
    }

    /// What became of its units.
    package var outcomes: SequentialTest.Outcomes {
        SequentialTest.Outcomes(greenBad: green.bad, greenOk: green.ok, blueBad: blue.bad, blueOk: blue.ok)
    }
}
