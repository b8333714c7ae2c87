/// How far a load is.
package enum LoadStatus: String, Codable, Sendable, CaseIterable {
    /// Waits for a vehicle and a driver. Goes on to `dispatched`.
    case booked
    /// On the road. Goes on to `delivered`.
    case dispatched
    /// Arrived and paid for; the end.
    case delivered
}
