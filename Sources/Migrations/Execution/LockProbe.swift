import Foundation
import Postgres

/// Looks who holds the locks that a statement needs, from a session of its own, without queueing for anything.
actor LockProbe {
    let connection: PostgresConnection
    /// The server process that runs the migration.
    private let worker: Int
    private let oldTransaction: Duration
    /// Whether an autovacuum gives way by itself.
    private let ignoresAutovacuum: Bool
    /// When a transaction was first seen, for those whose start the server does not tell us.
    private var firstSeen: [String: ContinuousClock.Instant] = [:]

    init(connection: PostgresConnection, worker: Int, oldTransaction: Duration, ignoresAutovacuum: Bool) {
        self.connection = connection
        self.worker = worker
        self.oldTransaction = oldTransaction
        self.ignoresAutovacuum = ignoresAutovacuum
    }

    /// The relations of the names and, for indexes, the tables beneath them; what does not exist is left out.
    func demands(of locks: [ForeseenLock]) async throws -> Set<LockDemand> {
        var demands: Set<LockDemand> = []
        for lock in Set(locks) {
            let rows = try await connection.query(
                """
                SELECT relation::oid::bigint AS relation FROM (SELECT to_regclass(\(lock.relation.sql)) AS relation
                    UNION ALL SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass(\(lock.relation.sql))) named
                WHERE relation IS NOT NULL
                """)
            for row in rows { demands.insert(LockDemand(relation: try row.decode("relation"), mode: lock.mode)) }
        }
        return demands
    }

    /// Who holds a lock that conflicts with the demands in a transaction that is not about to end by itself.
    func oldHolders(against demands: Set<LockDemand>) async throws -> [LockHolder] {
        let pairs = Set(
            demands.flatMap { demand in
                demand.mode.conflicts.map { LockDemand(relation: demand.relation, mode: $0) }
            })
        guard !pairs.isEmpty else { return [] }
        let ordered = Array(pairs)
        let rows = try await connection.query(
            """
            SELECT lock.pid, lock.virtualtransaction AS transaction, lock.relation::regclass::text AS relation,
                lock.mode, \(unescaped: LockHolder.columns)
            FROM pg_locks lock
            JOIN unnest(\(ordered.map(\.relation)), \(ordered.map(\.mode.rawValue))) AS demand (relation, mode)
                ON lock.relation = demand.relation::oid AND lock.mode = demand.mode
            LEFT JOIN pg_stat_activity activity ON activity.pid = lock.pid
            WHERE lock.locktype = 'relation' AND lock.granted AND lock.pid IS DISTINCT FROM \(worker)
                AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND NOT (\(ignoresAutovacuum) AND coalesce(activity.backend_type = 'autovacuum worker', false))
            ORDER BY activity.xact_start
            """)
        return try old(rows)
    }

    /// What the migration's session waits for just now; nil when it does not.
    func currentWait() async throws -> LockWait? {
        let rows = try await connection.query(
            """
            SELECT relation::bigint AS relation, mode, pg_blocking_pids(pid) AS blockers FROM pg_locks
            WHERE pid = \(worker) AND NOT granted
                AND EXISTS (SELECT FROM pg_stat_get_activity(\(worker)::int) WHERE wait_event_type = 'Lock')
            """)
        guard let row = rows.first else { return nil }
        return LockWait(
            relation: try row.decode("relation"), mode: LockMode(rawValue: try row.decode("mode")),
            blockers: try row.decode("blockers"))
    }

    /// What is known of server processes.
    func holders(_ processes: [Int]) async throws -> [LockHolder] {
        try await connection.query(
            """
            SELECT pid, NULL AS relation, NULL AS mode, \(unescaped: LockHolder.columns)
            FROM pg_stat_activity activity WHERE pid = ANY(\(processes)) ORDER BY xact_start
            """
        ).map(LockHolder.init)
    }

    /// Who keeps a table of this database to himself.
    static func exclusiveHolders(on connection: PostgresConnection) async throws -> [LockHolder] {
        try await connection.query(
            """
            SELECT lock.pid, lock.relation::regclass::text AS relation, lock.mode, \(unescaped: LockHolder.columns)
            FROM pg_locks lock LEFT JOIN pg_stat_activity activity ON activity.pid = lock.pid
            WHERE lock.locktype = 'relation' AND lock.granted AND lock.mode = 'AccessExclusiveLock'
                AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            ORDER BY activity.xact_start
            """
        ).map(LockHolder.init)
    }

    /// Transactions of this database that an index build would have to wait for.
    func oldSnapshots(olderThan age: Duration) async throws -> [LockHolder] {
        try await connection.query(
            """
            SELECT pid, NULL AS relation, NULL AS mode, \(unescaped: LockHolder.columns)
            FROM pg_stat_activity activity
            WHERE datname = current_database() AND pid NOT IN (\(worker), pg_backend_pid())
                AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
                AND backend_type = 'client backend'
                AND xact_start < clock_timestamp() - \(Int(age / .milliseconds(1))) * interval '1 ms'
            ORDER BY xact_start
            """
        ).map(LockHolder.init)
    }

    private func old(_ rows: [PostgresRow]) throws -> [LockHolder] {
        let now = ContinuousClock.now
        var seen: [String: ContinuousClock.Instant] = [:]
        var holders: [LockHolder] = []
        for row in rows {
            let holder = try LockHolder(row)
            let transaction: String = try row.decode("transaction")
            seen[transaction] = firstSeen[transaction] ?? now
            let known = holder.transactionAgeMilliseconds.map { Duration.milliseconds($0) }
            if (known ?? (now - (seen[transaction] ?? now))) > oldTransaction { holders.append(holder) }
        }
        firstSeen = seen
        return holders
    }
}

/// What a session was seen waiting for.
struct LockWait: Sendable, Equatable {
    /// Nil where a row or a transaction was waited for.
    let relation: Int?
    let mode: LockMode?
    let blockers: [Int]

    var demand: LockDemand? {
        guard let relation, let mode else { return nil }
        return LockDemand(relation: relation, mode: mode)
    }
}

extension LockHolder {
    /// The columns of pg_stat_activity (as `activity`) that say who someone is.
    fileprivate static let columns = """
        activity.application_name, activity.usename::text AS usename, activity.xact_start, activity.query_start,
        (extract(epoch FROM clock_timestamp() - activity.xact_start) * 1000)::bigint AS age,
        left(regexp_replace(activity.query, '\\s+', ' ', 'g'), \(ExecutionLimits.quotedQuery)) AS query
        """

    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            process: try row.decode("pid"), applicationName: try row.decode("application_name"),
            user: try row.decode("usename"), relation: try row.decode("relation"), mode: try row.decode("mode"),
            transactionStart: try row.decode("xact_start"), transactionAgeMilliseconds: try row.decode("age"),
            queryStart: try row.decode("query_start"), query: try row.decode("query"))
    }
}
