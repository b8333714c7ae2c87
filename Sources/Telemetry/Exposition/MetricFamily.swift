/// Measurements of one name, as Prometheus collects them.
package struct MetricFamily: Sendable, Equatable {
    /// How the values of a family are to be read.
    package enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// One value of a family.
    package struct Sample: Sendable, Equatable {
        /// What is appended to the family's name: `_bucket`, `_sum`, `_count` of a histogram.
        package let suffix: String
        /// In the order in which they are shown.
        package let labels: [Label]
        package let value: Double

        package init(_ value: Double, suffix: String = "", labels: [Label] = []) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// A name and a value by which samples of a family are told apart.
    package struct Label: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Letters, digits, underscores and colons, no digit first; the unit last, `_total` after it for a counter.
    package let name: String
    package let kind: Kind
    /// A sentence for people.
    package let help: String
    package var samples: [Sample]

    package init(_ name: String, _ kind: Kind, help: String, samples: [Sample] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}

extension MetricFamily {
    /// Adds a histogram's samples. `counts` has one for each bound, in rising order, and one for all beyond; they need not
    /// be cumulative.
    package mutating func addHistogram(labels: [Label], bounds: [Double], counts: [Double], sum: Double) {
        var total = 0.0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? MetricsText.number(bounds[index]) : "+Inf"
            samples.append(Sample(total, suffix: "_bucket", labels: labels + [Label("le", bound)]))
        }
        samples.append(Sample(sum, suffix: "_sum", labels: labels))
        samples.append(Sample(total, suffix: "_count", labels: labels))
    }
}
