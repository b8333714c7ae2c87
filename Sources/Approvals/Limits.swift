import Foundation

/// Bounds of requests.
package enum Limits {
    /// How long a request, and so an approval, counts.
    static let requestAge: TimeInterval = 24 * 3_600
    /// Requests that wait or are approved.
    static let openRequests = 100
    /// Freezes that count or will.
    static let openFreezes = 100
    /// Freezes that are remembered.
    package static let freezes = 1_000
    static let freezeDays = 92
    static let freezeLength = Double(freezeDays) * 86_400
    /// Requests that are remembered.
    package static let requests = 1_000
}
