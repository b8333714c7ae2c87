/// When something that goes on was told last, so that it is not told all the time.
struct ReportRhythm {
    private var last: ContinuousClock.Instant?

    /// Due at once, or a pause after the given time.
    init(since last: ContinuousClock.Instant? = nil) {
        self.last = last
    }

    /// Answers whether the pause since the last report is over, and takes it for told if so.
    mutating func isDue(every pause: Duration) -> Bool {
        if let last, last.duration(to: .now) < pause { return false }
        last = .now
        return true
    }
}
