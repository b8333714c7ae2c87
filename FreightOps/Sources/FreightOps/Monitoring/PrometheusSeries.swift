import Metrics
import Synchronization

/// The values of one name with one set of labels.
protocol PrometheusSeries: AnyObject, Sendable {
    /// The word of the text format.
    static var type: String { get }
    /// Whether it has a value: what was never counted is left out.
    var isUsed: Bool { get }
    func write(to text: inout PrometheusText, name: String, labels: [String: String])
}

/// What only grows.
final class CounterSeries: PrometheusSeries, CounterHandler, FloatingPointCounterHandler {
    static let type = "counter"
    private let value = Mutex(0.0)

    var isUsed: Bool { value.withLock { $0 > 0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) { value.withLock { $0 += amount } }

    func reset() { value.withLock { $0 = 0 } }

    func write(to text: inout PrometheusText, name: String, labels: [String: String]) {
        text.sample(name, PrometheusText.number(value.withLock { $0 }), labels: labels)
    }
}

/// What goes up and down.
final class GaugeSeries: PrometheusSeries, MeterHandler, RecorderHandler {
    static let type = "gauge"
    private let value = Mutex<Double?>(nil)

    var isUsed: Bool { value.withLock { $0 != nil } }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) { value.withLock { $0 = ($0 ?? 0) + amount } }

    func decrement(by amount: Double) { increment(by: -amount) }

    func write(to text: inout PrometheusText, name: String, labels: [String: String]) {
        guard let value = value.withLock({ $0 }) else { return }
        text.sample(name, PrometheusText.number(value), labels: labels)
    }
}

/// How often which sizes were seen; of a timer, in seconds.
final class HistogramSeries: PrometheusSeries, TimerHandler, RecorderHandler {
    static let type = "histogram"
    /// Upper bounds of the buckets.
    static let bucketBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct Values {
        /// One a bucket, not cumulated; the last one is for what lies above the last bound.
        var buckets = [Int](repeating: 0, count: bucketBounds.count + 1)
        var sum = 0.0
    }

    private let values = Mutex(Values())

    var isUsed: Bool { values.withLock { $0.buckets.contains { $0 > 0 } } }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = Self.bucketBounds.firstIndex { value <= $0 } ?? Self.bucketBounds.count
        values.withLock { values in
            values.buckets[bucket] += 1
            values.sum += value
        }
    }

    func write(to text: inout PrometheusText, name: String, labels: [String: String]) {
        let values = values.withLock { $0 }
        var cumulated = 0
        for (bound, count) in zip(Self.bucketBounds.map { String($0) } + ["+Inf"], values.buckets) {
            cumulated += count
            text.sample(
                "\(name)_bucket", String(cumulated), labels: labels.merging(["le": bound]) { _, bound in bound })
        }
        text.sample("\(name)_sum", String(values.sum), labels: labels)
        text.sample("\(name)_count", String(cumulated), labels: labels)
    }
}
