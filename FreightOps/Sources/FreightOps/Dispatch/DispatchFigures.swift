import Postgres

/// The numbers at the top of the dispatch page.
struct DispatchFigures: Sendable {
    var waiting: Int
    var onTheRoad: Int
    var revenue: Revenue
}

/// Keeps the numbers for a moment, because counting them takes longer the more loads there are.
actor DispatchFigureCache {
    private let loads: LoadStore
    private var kept: (figures: DispatchFigures, until: ContinuousClock.Instant)?

    init(loads: LoadStore) {
        self.loads = loads
    }

    func figures() async throws -> DispatchFigures {
        if let kept, .now < kept.until { return kept.figures }
        let figures = try await loads.figures()
        kept = (figures, .now + Limits.figuresKept)
        return figures
    }

    /// Has the next caller see what was just changed.
    func forget() {
        kept = nil
    }
}

extension LoadStore {
    fileprivate func figures() async throws -> DispatchFigures {
        let rows = try await database.query(
            "SELECT status, count(*) AS loads, sum(price_cents)::bigint AS cents FROM loads GROUP BY status"
        )
        var figures = DispatchFigures(waiting: 0, onTheRoad: 0, revenue: Revenue(deliveredLoads: 0, cents: 0))
        for row in rows {
            let count: Int = try row.decode("loads")
            switch LoadStatus(rawValue: try row.decode("status")) {
            case .booked: figures.waiting = count
            case .dispatched: figures.onTheRoad = count
            case .delivered: figures.revenue = try Revenue(deliveredLoads: count, cents: row.decode("cents"))
            case nil: continue
            }
        }
        return figures
    }
}
