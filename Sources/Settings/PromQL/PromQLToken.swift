/// A piece of a PromQL expression.
struct PromQLToken {
    enum Kind: Equatable {
        case number
        case duration
        /// With the bytes that its escapes stand for.
        case string([UInt8])
        case identifier
        /// A name with a colon, which only a metric may have.
        case metricName
        case keyword(PromQLKeyword)
        case symbol
        case end
        /// Where the pieces end because the text is none; with the reason.
        case fault(String)
    }

    let kind: Kind
    /// As it is written.
    let text: String
    /// Unicode scalars before it.
    let start: Int

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    func isKeyword(_ keywords: PromQLKeyword...) -> Bool { keyword.map(keywords.contains) ?? false }

    var keyword: PromQLKeyword? {
        guard case .keyword(let keyword) = kind else { return nil }
        return keyword
    }

    /// As it stands in a sentence.
    var described: String {
        switch kind {
        case .end: "the end of the expression"
        case .number: "the number \(text.shortened)"
        case .duration: "the duration \(text.shortened)"
        case .string: "the string \(text.shortened)"
        case .identifier, .metricName, .keyword, .symbol, .fault: "'\(text.shortened)'"
        }
    }
}

/// Words that PromQL gives a meaning, in any mixture of cases.
enum PromQLKeyword: String, CaseIterable {
    case and, or, unless, atan2
    case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile
    case countValues = "count_values"
    case by, without, on, ignoring, offset, bool, start, end
    case groupLeft = "group_left"
    case groupRight = "group_right"
    case infinity = "inf"
    case notANumber = "nan"

    static func named(_ word: String) -> PromQLKeyword? { PromQLKeyword(rawValue: word.lowercased()) }

    var isNumber: Bool { self == .infinity || self == .notANumber }

    var isAggregation: Bool {
        switch self {
        case .sum, .avg, .count, .min, .max, .group, .stddev, .stdvar, .topk, .bottomk, .quantile, .countValues: true
        default: false
        }
    }

    /// Whether a metric may be called that.
    var mayNameMetric: Bool {
        switch self {
        case .atan2, .on, .ignoring, .bool, .groupLeft, .groupRight, .infinity, .notANumber: false
        default: true
        }
    }

    /// Whether a label may be called that in a list of labels.
    var mayNameLabel: Bool { self != .without && !isNumber }
}
