import NIOCore

/// Says when each request of a run is due; asks no clock.
struct Timetable {
    let start: NIODeadline
    /// The first instant at which nothing new is sent.
    let end: NIODeadline
    private let requestsPerSecond: Double?
    private let totalRequests: Int

    init(plan: LoadPlan, start: NIODeadline) {
        self.start = start
        end = plan.duration.map { start + TimeAmount($0) } ?? .distantFuture
        requestsPerSecond = plan.requestsPerSecond
        totalRequests = plan.totalRequests ?? .max
    }

    /// When the request with this number (from 0) is due; `nil` where the run has no such request.
    /// Without a rate every request is due when it is asked for.
    func dueTime(ofRequest number: Int, now: NIODeadline) -> NIODeadline? {
        guard number < totalRequests else { return nil }
        let due = requestsPerSecond.map { start + .nanoseconds(Int64(Double(number) * 1e9 / $0)) } ?? now
        return due < end ? due : nil
    }

    /// How many requests were due before `now` in all.
    func dueCount(by now: NIODeadline) -> Int? {
        guard let requestsPerSecond else { return nil }
        let elapsed = Double((min(now, end) - start).nanoseconds) / 1e9
        return min(totalRequests, Int((elapsed * requestsPerSecond).rounded(.up)))
    }
}
