/// Counts of response times in buckets whose width grows with the value, so that every quantile is within 1 %.
///
/// As HdrHistogram does it: up to 255 µs each microsecond has its bucket; above, each power of two has 128.
struct LatencyHistogram: Sendable {
    private static let subBuckets = 128
    /// About 71 minutes; what takes longer is counted there.
    private static let largestMicroseconds = UInt64(UInt32.max)

    private var counts: [Int] = []
    private(set) var count = 0
    private(set) var largestMicroseconds: UInt64 = 0

    mutating func record(microseconds: UInt64) {
        let bucket = Self.bucket(of: min(microseconds, Self.largestMicroseconds))
        if bucket >= counts.count { counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count)) }
        counts[bucket] += 1
        count += 1
        largestMicroseconds = max(largestMicroseconds, microseconds)
    }

    /// The smallest bucket's upper end that at least this share (0...1) of the values reach; 0 without values.
    func microseconds(atQuantile quantile: Double) -> UInt64 {
        let rank = max(1, Int((Double(count) * quantile).rounded(.up)))
        var seen = 0
        for (bucket, bucketCount) in counts.enumerated() {
            seen += bucketCount
            if seen >= rank { return min(Self.upperEnd(of: bucket), largestMicroseconds) }
        }
        return largestMicroseconds
    }

    private static func bucket(of microseconds: UInt64) -> Int {
        guard microseconds >= 2 * UInt64(subBuckets) else { return Int(microseconds) }
        let shift = UInt64.bitWidth - microseconds.leadingZeroBitCount - 8
        return shift * subBuckets + Int(microseconds >> UInt64(shift))
    }

    private static func upperEnd(of bucket: Int) -> UInt64 {
        guard bucket >= 2 * subBuckets else { return UInt64(bucket) }
        let shift = bucket / subBuckets - 1
        let leading = UInt64(bucket - shift * subBuckets)
        return ((leading + 1) << UInt64(shift)) - 1
    }
}
