import Metrics
import Synchronization

/// Keeps what this process measures through swift-metrics, and writes it down for Prometheus.
///
/// The application's own because swift-metrics comes without a backend, and none for Prometheus is among the packages
/// that Switchyard is built from. See https://prometheus.io/docs/instrumenting/exposition_formats/.
final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        let label: String
        let type: String
        var series: [[String: String]: any PrometheusSeries] = [:]
    }

    private struct Contents {
        var families: [String: Family] = [:]
        var seriesCount = 0
        var leftOut = 0
    }

    private let mostSeries: Int
    private let contents = Mutex(Contents())

    /// A registry that shows at most so many series: what is measured beyond is only counted as left out.
    init(mostSeries: Int = Limits.metricSeries) {
        self.mostSeries = mostSeries
    }

    /// All series that have a value, in the order of their names.
    func write(to text: inout PrometheusText) {
        let contents = contents.withLock { $0 }
        for (name, family) in contents.families.sorted(by: { $0.key < $1.key }) {
            let series = family.series.filter { $0.value.isUsed }
                .sorted { PrometheusText.list($0.key) < PrometheusText.list($1.key) }
            if series.isEmpty { continue }
            text.family(name, family.type, "\(family.label), as swift-metrics calls it.")
            for (labels, each) in series { each.write(to: &text, name: name, labels: labels) }
        }
        text.family("freightops_metric_series_left_out", "gauge", "Series beyond the most that are shown.")
        text.sample("freightops_metric_series_left_out", String(contents.leftOut))
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, "_total", dimensions) { CounterSeries() }
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, "_total", dimensions) { CounterSeries() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, "", dimensions) { GaugeSeries() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, "", dimensions) { GaugeSeries() } }
        return series(label, "", dimensions) { HistogramSeries() }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, "_seconds", dimensions) { HistogramSeries() }
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }

    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The series of that name and those labels; one that nobody sees when there are too many, or when the name is
    /// taken by another kind.
    private func series<Series: PrometheusSeries>(
        _ label: String, _ suffix: String, _ dimensions: [(String, String)], make: () -> Series
    ) -> Series {
        let name = PrometheusText.name(label) + suffix
        let labels = Dictionary(
            dimensions.map { (PrometheusText.name($0.0), $0.1) }, uniquingKeysWith: { _, last in last })
        return contents.withLock { contents in
            var family = contents.families[name] ?? Family(label: label, type: Series.type)
            if let known = family.series[labels] as? Series { return known }
            guard family.type == Series.type, contents.seriesCount < mostSeries else {
                contents.leftOut += 1
                return make()
            }
            let series = make()
            family.series[labels] = series
            contents.families[name] = family
            contents.seriesCount += 1
            return series
        }
    }

    private func remove(_ handler: AnyObject) {
        contents.withLock { contents in
            for (name, family) in contents.families {
                guard let found = family.series.first(where: { $0.value === handler }) else { continue }
                contents.families[name]?.series[found.key] = nil
                contents.seriesCount -= 1
                return
            }
        }
    }
}
