import Testing

/// A line of Prometheus' text format, read by its rules
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct MetricsSample {
    /// Name and labels, as written.
    let series: String
    let value: Double

    /// All samples; an issue is recorded for each line that breaks the rules, and for a name that comes in two places.
    static func all(in text: String) throws -> [MetricsSample] {
        #expect(text.hasSuffix("\n"))
        var samples: [MetricsSample] = []
        var types: [String: Substring] = [:]
        var current = ""
        for line in text.split(separator: "\n") {
            if let type = line.wholeMatch(of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/) {
                current = String(type.output.1)
                #expect(types.updateValue(type.output.2, forKey: current) == nil, "\(current) comes twice")
            } else if line.hasPrefix("#") {
                #expect(line.wholeMatch(of: /# HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*/) != nil, "\(line)")
            } else {
                let parts = try #require(line.wholeMatch(of: sample), "\(line)")
                let suffixes = types[current] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                #expect(suffixes.contains { parts.output.2 == current + $0 }, "\(line) stands below \(current)")
                samples.append(
                    MetricsSample(series: String(parts.output.1), value: try #require(Double(parts.output.3))))
            }
        }
        return samples
    }

    /// A name; labels, in whose values only backslash, quote and newline are escaped; a number.
    private static var sample: Regex<(Substring, Substring, Substring, Substring)> {
        /(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)+\})?) ([-+0-9.eE]+|\+Inf|NaN)/
    }
}
