/// What came of a batch.
struct FilledBatch {
    let changedRows: Int
    let took: Duration
}

/// How fast a backfill goes, and what it tells of it.
struct BackfillPace {
    static let largestBatch = 50_000

    let name: MigrationName
    /// Nil where the table was never analysed.
    let estimatedRows: Int?
    var batch: BatchSize
    private let tell: @Sendable (ExecutionEvent) -> Void
    private let start = ContinuousClock.now
    private let rowsBefore: Int
    private var rhythm = ReportRhythm(since: .now)

    init(
        name: MigrationName, place: BackfillPlace, estimatedRows: Int?, batch: BatchSize,
        tell: @escaping @Sendable (ExecutionEvent) -> Void
    ) {
        self.name = name
        self.estimatedRows = estimatedRows
        self.batch = batch
        self.tell = tell
        rowsBefore = place.rows
    }

    /// Takes note of a batch; a report is made now and then.
    mutating func note(_ rows: Int, _ done: FilledBatch, place: BackfillPlace, reportPause: Duration) {
        // The last batch, and one that found few rows, say nothing about a full one.
        if rows == batch.rows || done.took > batch.target {
            batch.adapt(after: done.took, changedAll: done.changedRows >= rows)
        }
        guard rhythm.isDue(every: reportPause) else { return }
        let rate = Double(place.rows - rowsBefore) / (start.duration(to: .now) / .seconds(1))
        let left = estimatedRows.map { max(0, $0 - place.rows) }
        tell(
            .backfilling(
                name,
                BackfillProgress(
                    rows: place.rows, estimatedRows: estimatedRows.map { max($0, place.rows) }, batchSize: batch.rows,
                    rowsPerSecond: rate, secondsLeft: rate > 0 ? left.map { Double($0) / rate } : nil)))
    }
}
