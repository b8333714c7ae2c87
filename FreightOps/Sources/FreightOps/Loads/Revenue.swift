import Postgres

/// What the delivered loads have brought in.
struct Revenue: Equatable, Sendable {
    var deliveredLoads: Int
    var cents: Int
}

extension LoadStore {
    func revenue() async throws -> Revenue {
        let rows = try await database.query(
            "SELECT count(*) AS loads, coalesce(sum(price_cents), 0)::bigint AS cents FROM loads WHERE status = 'delivered'",
            deadline: Limits.metricsDatabaseDeadline
        )
        return try Revenue(
            deliveredLoads: rows.first?.decode("loads") ?? 0, cents: rows.first?.decode("cents") ?? 0
        )
    }
}
