/// What tools that look once a minute see of it.
struct SimulatedMinute {
    /// One slot's part.
    struct Slot {
        private(set) var bad = 0
        private(set) var requests = 0
        private var times: [Double] = []

        mutating func add(_ request: SimulatedRequest) {
            requests += 1
            if request.isBad { bad += 1 }
            times.append(request.milliseconds)
        }

        /// Of 1; nil where nobody came.
        var errorRate: Double? { requests > 0 ? Double(bad) / Double(requests) : nil }

        func milliseconds(atQuantile quantile: Double) -> Double? {
            guard !times.isEmpty else { return nil }
            let rank = Int((quantile * Double(times.count)).rounded(.up))
            return times.sorted()[max(rank, 1) - 1]
        }
    }

    private(set) var green = Slot()
    private(set) var blue = Slot()

    mutating func add(_ second: SimulatedSecond) {
        for request in second.requests {
            if request.isGreen { green.add(request) } else { blue.add(request) }
        }
    }
}
