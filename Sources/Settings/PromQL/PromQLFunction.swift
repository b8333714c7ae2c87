/// A function of PromQL, as far as its arguments can be checked without a value.
struct PromQLFunction {
    let arguments: [PromQLExpression.Kind]
    /// How many arguments there may be.
    let counts: ClosedRange<Int>
    let result: PromQLExpression.Kind
    /// Whether Prometheus 2.42 does not have it.
    let isNewer: Bool

    /// What the argument at that place must be; the last kind goes on where there may be more.
    func kind(at index: Int) -> PromQLExpression.Kind { arguments[min(index, arguments.count - 1)] }

    /// How many arguments it takes, for sentences.
    var expectation: String {
        let (least, most) = (counts.lowerBound, counts.upperBound)
        if most == .max { return "\(least) arguments or more" }
        if least == most { return least == 1 ? "1 argument" : "\(least == 0 ? "no" : "\(least)") arguments" }
        return "\(least) or \(most) arguments"
    }
}

extension PromQLFunction {
    /// Every function by its name.
    static let named: [String: PromQLFunction] = {
        var named: [String: PromQLFunction] = [:]
        for group in groups {
            let function = PromQLFunction(
                arguments: group.arguments, counts: group.counts ?? group.arguments.count...group.arguments.count,
                result: group.result, isNewer: group.isNewer)
            for name in group.names.split(separator: " ") { named[String(name)] = function }
        }
        return named
    }()

    private struct Group {
        let names: String
        let arguments: [PromQLExpression.Kind]
        /// Nil where the arguments are all there must be.
        var counts: ClosedRange<Int>?
        var result: PromQLExpression.Kind = .instantVector
        var isNewer = false
    }

    private static let groups: [Group] = [
        Group(
            names: "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_count "
                + "histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp",
            arguments: [.instantVector]),
        Group(
            names: "absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate "
                + "last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time "
                + "stdvar_over_time sum_over_time",
            arguments: [.rangeVector]),
        Group(
            names: "day_of_month day_of_week day_of_year days_in_month hour minute month year",
            arguments: [.instantVector], counts: 0...1),
        Group(names: "pi time", arguments: [], result: .scalar),
        Group(names: "scalar", arguments: [.instantVector], result: .scalar),
        Group(names: "vector", arguments: [.scalar]),
        Group(names: "round", arguments: [.instantVector, .scalar], counts: 1...2),
        Group(names: "clamp", arguments: [.instantVector, .scalar, .scalar]),
        Group(names: "clamp_max clamp_min", arguments: [.instantVector, .scalar]),
        Group(names: "histogram_quantile", arguments: [.scalar, .instantVector]),
        Group(names: "histogram_fraction", arguments: [.scalar, .scalar, .instantVector]),
        Group(names: "quantile_over_time", arguments: [.scalar, .rangeVector]),
        Group(names: "predict_linear", arguments: [.rangeVector, .scalar]),
        Group(names: "holt_winters", arguments: [.rangeVector, .scalar, .scalar]),
        Group(names: "label_replace", arguments: [.instantVector, .string, .string, .string, .string]),
        Group(names: "label_join", arguments: [.instantVector, .string, .string, .string], counts: 3...Int.max),
        Group(
            names: "histogram_avg histogram_stddev histogram_stdvar", arguments: [.instantVector], isNewer: true),
        Group(
            names: "first_over_time mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time "
                + "ts_of_min_over_time",
            arguments: [.rangeVector], isNewer: true),
        Group(names: "double_exponential_smoothing", arguments: [.rangeVector, .scalar, .scalar], isNewer: true),
        Group(
            names: "sort_by_label sort_by_label_desc", arguments: [.instantVector, .string], counts: 1...Int.max,
            isNewer: true),
        Group(names: "info", arguments: [.instantVector, .instantVector], counts: 1...2, isNewer: true),
        Group(
            names: "histogram_quantiles", arguments: [.instantVector, .string, .scalar], counts: 3...12, isNewer: true),
    ]
}
