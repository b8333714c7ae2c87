import Foundation

/// Bounds of requests.
package enum Limits {
    /// How long a request, and so an approval, counts.
    static let requestAge: TimeInterval = 24 * 3_600
    /// Requests that wait or are approved.
    static let openRequests = 100
    /// Requests that are remembered.
    package static let requests = 1_000
}
