import Foundation

/// Response times in buckets that each are a fixed factor wider than the one before.
///
/// The factor is the eighth root of an allowed increase, so that this increase moves a time by exactly eight buckets.
/// No answer, and an answer that the client did not wait for, count as infinitely slow.
package struct ResponseTimeHistogram: Sendable, Equatable, Codable {
    /// Buckets by which the allowed increase moves a time.
    package static let bucketsOfIncrease = 8
    /// The upper end of the first bucket, in milliseconds.
    static let shortest = 0.1

    /// The factor of times that is allowed: 1.5 for half as long again.
    package let allowedFactor: Double
    /// The weight in each bucket that has any.
    package private(set) var weights: [Int: Double] = [:]
    package private(set) var total = 0.0
    package private(set) var unanswered = 0.0

    package init(allowedFactor: Double = 1.5) {
        self.allowedFactor = allowedFactor
    }

    package mutating func add(milliseconds: Double, weight: Double = 1) {
        guard milliseconds.isFinite else { return addUnanswered(weight: weight) }
        weights[bucket(of: milliseconds), default: 0] += weight
        total += weight
    }

    package mutating func addUnanswered(weight: Double = 1) {
        unanswered += weight
        total += weight
    }

    package static func += (left: inout Self, right: Self) {
        left.weights.merge(right.weights, uniquingKeysWith: +)
        left.total += right.total
        left.unanswered += right.unanswered
    }

    /// The same times with a smaller weight, where it is more than this.
    package func scaled(toAtMost most: Double) -> Self {
        guard total > most else { return self }
        var scaled = self
        scaled.weights = weights.mapValues { $0 * most / total }
        scaled.unanswered = unanswered * most / total
        scaled.total = most
        return scaled
    }

    /// The bucket below whose end this part of the weight lies, of 1; nil where nothing was seen or no time is that long.
    package func bucket(atQuantile quantile: Double) -> Int? {
        guard let first = weights.keys.min(), let last = weights.keys.max() else { return nil }
        var left = total * quantile
        return (first...last).first { bucket in
            left -= weights[bucket, default: 0]
            return left <= 0
        }
    }

    /// The weight of times in later buckets, and of what was never answered.
    package func weight(above bucket: Int) -> Double {
        weights.reduce(unanswered) { $1.key > bucket ? $0 + $1.value : $0 }
    }

    /// The upper end of a bucket in milliseconds.
    package func milliseconds(ofBucket bucket: Int) -> Double {
        Self.shortest * pow(allowedFactor, Double(bucket) / Double(Self.bucketsOfIncrease))
    }

    private func bucket(of milliseconds: Double) -> Int {
        guard milliseconds > Self.shortest else { return 0 }
        let widths = log(milliseconds / Self.shortest) / log(allowedFactor) * Double(Self.bucketsOfIncrease)
        return Int(widths.rounded(.up))
    }
}
