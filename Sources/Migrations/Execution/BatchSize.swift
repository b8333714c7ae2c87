/// How many rows a batch of a backfill takes, steered so that each takes about the target time.
struct BatchSize: Sendable, Equatable {
    private(set) var rows: Int
    let range: ClosedRange<Int>
    let target: Duration

    init(_ rows: Int, within range: ClosedRange<Int>, target: Duration) {
        self.rows = min(max(rows, range.lowerBound), range.upperBound)
        self.range = range
        self.target = target
    }

    /// Moves towards what would have taken the target time: down at once, up by half at most, so that one quick batch
    /// of rows that were done already does not make the next one long; a batch that changed all its rows is trusted.
    mutating func adapt(after took: Duration, changedAll: Bool) {
        let factor = target / max(took, .microseconds(100))
        change(by: min(max(factor, 0.25), changedAll ? 4 : 1.5))
    }

    /// After a batch that had to give way.
    mutating func halve() { change(by: 0.5) }

    private mutating func change(by factor: Double) {
        rows = min(max(Int((Double(rows) * factor).rounded(.up)), range.lowerBound), range.upperBound)
    }
}
