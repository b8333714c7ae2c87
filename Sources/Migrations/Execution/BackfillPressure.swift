import Postgres

/// Reads from the server whether a backfill should stand back for a while.
actor BackfillPressure {
    private let connection: PostgresConnection
    private let limits: BackfillLimits
    private var lastLook: (at: ContinuousClock.Instant, walBytes: Int)?

    init(connection: PostgresConnection, limits: BackfillLimits) {
        self.connection = connection
        self.limits = limits
    }

    /// Why to pause, in words; nil when nothing speaks against the next batch.
    func reason() async throws -> String? {
        let rows = try await connection.query(
            """
            SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END::bigint
                    AS wal_bytes,
                (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::bigint FROM pg_stat_replication)
                    AS lag_bytes,
                (SELECT (max(extract(epoch FROM replay_lag)) * 1000)::bigint FROM pg_stat_replication) AS lag,
                (SELECT count(*) FROM pg_stat_replication WHERE state IS NULL) AS hidden,
                (SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted) AS waiting
            """)
        let lag = try rows[0].decode("lag", as: Int?.self).map { Duration.milliseconds($0) }
        let lagBytes = try rows[0].decode("lag_bytes", as: Int?.self)
        let waiting: Int = try rows[0].decode("waiting")
        let hidden: Int = try rows[0].decode("hidden")
        let rate = try walRate(now: rows[0].decode("wal_bytes"))
        if hidden > 0 {
            return "the role may not see how far \(hidden) replicas are behind: GRANT pg_read_all_stats to it"
        }
        if let lag, lag > limits.replicaLag {
            return "a replica is \(lag.inWords) behind (limit \(limits.replicaLag.inWords))"
        }
        if let lagBytes, lagBytes > limits.replicaLagBytes {
            return "a replica is \(lagBytes >> 20) MiB behind (limit \(limits.replicaLagBytes >> 20) MiB)"
        }
        if waiting > limits.waitingSessions {
            return "\(waiting) sessions wait for locks (limit \(limits.waitingSessions))"
        }
        if let rate, rate > limits.walBytesPerSecond {
            return "the server writes \(rate >> 20) MiB/s of WAL (limit \(limits.walBytesPerSecond >> 20) MiB/s)"
        }
        return nil
    }

    /// Bytes of WAL a second since the last look; nil at the first.
    private func walRate(now bytes: Int) -> Int? {
        let now = ContinuousClock.now
        defer { lastLook = (now, bytes) }
        guard let lastLook, now > lastLook.at else { return nil }
        return Int(Double(bytes - lastLook.walBytes) / ((now - lastLook.at) / .seconds(1)))
    }
}

/// How gently a backfill goes.
package struct BackfillLimits: Sendable {
    /// How long a batch should take, its commit included: rows are locked meanwhile.
    package var batchTarget: Duration = .milliseconds(50)
    /// The part of the time in which it works; the rest it leaves to others.
    package var share = 1.0
    /// The shortest batch that a small share makes for: shorter ones would be all overhead.
    package var shortestBatch: Duration = .milliseconds(3)
    /// How long a batch should take at this share: who meets one waits the less.
    var target: Duration { max(batchTarget * share, min(shortestBatch, batchTarget)) }
    /// How long a batch may wait for a row that the application has locked.
    package var rowWait: Duration = .milliseconds(100)
    /// Replicas that are further behind pause it.
    package var replicaLag: Duration = .seconds(10)
    package var replicaLagBytes = 256 << 20
    /// More sessions that wait for locks pause it.
    package var waitingSessions = 5
    /// More WAL than this, whoever writes it, pauses it.
    package var walBytesPerSecond = 256 << 20
    /// Between two looks at the server's load.
    package var lookPause: Duration = .milliseconds(250)
    /// Between two reports of progress.
    package var reportPause: Duration = .seconds(1)
    /// A pause that lasts longer ends the run; the next one continues.
    package var pausePatience: Duration = .seconds(600)

    package init() {}
}
