package import Foundation

/// What a load run has seen so far. Every count is of finished requests, so that
/// `total = answered + failed` and `answered = applicationErrors + proxyAnswers + the rest`.
package struct LoadReport: Codable, Equatable, Sendable {
    /// The name under which answers without the release header are counted.
    package static let unknownRelease = "unknown"
    /// The name under which answers are counted once more release names than the limit were seen.
    package static let otherReleases = "other"

    package var total = 0
    package var answered = 0
    package var failed = 0
    package var failuresByReason: [FailureReason: Int] = [:]
    /// 5xx that the application itself sent; they are no failed requests.
    package var applicationErrors = 0
    /// Answers without the forwarded header that are no failure, such as redirects and maintenance pages.
    package var proxyAnswers = 0
    /// Answered requests by status code.
    package var byStatus: [Int: Int] = [:]
    /// Answered requests by the release that answered.
    package var byRelease: [String: Int] = [:]
    /// Finished requests by the name of their template.
    package var byTemplate: [String: Int] = [:]
    package var sightings: [String: ReleaseSighting] = [:]
    package var latency = LatencySummary()
    package var connectionsOpened = 0
    /// Failed requests on a connection that had carried a request before; also in `failed`, under their reason.
    package var failedOnKeptConnection = 0
    /// Requests that were due by the rate when the run ended and had not been sent: above 0 the rate was not held.
    package var unsent = 0
    /// The first failures, at most 100.
    package var failureSamples: [FailureSample] = []

    package init() {}

    /// When the last request was sent that this release answered.
    package func lastRequestStarted(on release: String) -> Date? { sightings[release]?.lastRequestStarted }
}

/// When a release was seen in answers.
package struct ReleaseSighting: Codable, Equatable, Sendable {
    /// The arrival of the first and of the last answer.
    package var firstSeen: Date
    package var lastSeen: Date
    /// The latest sending time of all requests that it answered.
    package var lastRequestStarted: Date
}

/// Response times of answered requests, counted from when they were due.
package struct LatencySummary: Codable, Equatable, Sendable {
    package var p50Milliseconds = 0.0
    package var p95Milliseconds = 0.0
    package var p99Milliseconds = 0.0
    package var maxMilliseconds = 0.0

    package init() {}

    init(_ histogram: LatencyHistogram) {
        p50Milliseconds = Double(histogram.microseconds(atQuantile: 0.5)) / 1_000
        p95Milliseconds = Double(histogram.microseconds(atQuantile: 0.95)) / 1_000
        p99Milliseconds = Double(histogram.microseconds(atQuantile: 0.99)) / 1_000
        maxMilliseconds = Double(histogram.largestMicroseconds) / 1_000
    }
}

/// One failed request, for the person who looks for the cause.
package struct FailureSample: Codable, Equatable, Sendable {
    /// When the failure was noticed.
    package let time: Date
    package let method: String
    package let path: String
    package let reason: FailureReason
    /// How long the request had been on its way, in milliseconds.
    package let afterMilliseconds: Double
    /// Whether it went over a connection that had carried a request before.
    package let usedKeptConnection: Bool
}
