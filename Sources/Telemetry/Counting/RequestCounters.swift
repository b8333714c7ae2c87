/// What was answered on each route of each slot since the log is read: by status class, errors, times.
struct RequestCounters: Sendable {
    /// Upper ends of the buckets of times, in microseconds.
    static let bounds = [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000,
    ]
    /// Status classes as people name them; the last one is no answer at all.
    static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx", "none"]

    /// Cells of a route: one a class, the errors, the sum of times, then a bucket each and one beyond all bounds.
    private static let errors = classes.count
    private static let sum = errors + 1
    private static let times = sum + 1
    private static let width = times + bounds.count + 1

    /// By slot number; the cells of all its routes one after the other.
    private var slots: [[UInt64]] = []

    mutating func count(_ line: RequestLine, _ outcome: Outcome, route: Int, slot: Int) {
        while slots.count <= slot { slots.append([]) }
        let start = route * Self.width
        if slots[slot].count < start + Self.width {
            slots[slot] += [UInt64](repeating: 0, count: start + Self.width - slots[slot].count)
        }
        slots[slot][start + Self.place(ofStatus: line.status)] += 1
        if outcome.isFailed { slots[slot][start + Self.errors] += 1 }
        guard let microseconds = line.microseconds, line.status != 101 else { return }
        slots[slot][start + Self.sum] += UInt64(microseconds)
        let bucket = Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count
        slots[slot][start + Self.times + bucket] += 1
    }

    private static func place(ofStatus status: Int) -> Int {
        (100..<600).contains(status) ? status / 100 - 1 : classes.count - 1
    }
}

extension RequestCounters {
    /// The counts of one route in one slot.
    struct Route {
        let slot: Int
        let route: Int
        /// By status class.
        let requests: [UInt64]
        let errors: UInt64
        let microseconds: UInt64
        /// In each bucket, the one beyond all bounds last.
        let times: [UInt64]
    }

    /// Every route of every slot that was asked for.
    var routes: [Route] {
        slots.enumerated().flatMap { slot, cells in
            (0..<cells.count / Self.width).compactMap { route -> Route? in
                let own = Array(cells[route * Self.width..<(route + 1) * Self.width])
                let requests = Array(own[..<Self.classes.count])
                guard requests.contains(where: { $0 > 0 }) else { return nil }
                return Route(
                    slot: slot, route: route, requests: requests, errors: own[Self.errors],
                    microseconds: own[Self.sum], times: Array(own[Self.times...]))
            }
        }
    }
}
