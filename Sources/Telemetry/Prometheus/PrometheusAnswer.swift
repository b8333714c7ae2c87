/// What the HTTP API of Prometheus answers to an instant query.
struct PrometheusAnswer: Decodable {
    let status: String
    let errorType: String?
    let error: String?
    let warnings: [String]
    let infos: [String]
    private let result: Result?

    /// What a query gave.
    private enum Result {
        case scalar(PrometheusSample)
        case vector([PrometheusSeries])
        /// A range vector or a string.
        case other(kind: String)
    }

    private enum Key: String, CodingKey {
        case status, errorType, error, warnings, infos, data
    }

    private enum DataKey: String, CodingKey {
        case resultType, result
    }

    init(from decoder: any Decoder) throws {
        let answer = try decoder.container(keyedBy: Key.self)
        status = try answer.decode(String.self, forKey: .status)
        errorType = try answer.decodeIfPresent(String.self, forKey: .errorType)
        error = try answer.decodeIfPresent(String.self, forKey: .error)
        warnings = try answer.decodeIfPresent([String].self, forKey: .warnings) ?? []
        infos = try answer.decodeIfPresent([String].self, forKey: .infos) ?? []
        guard status == "success" else {
            result = nil
            return
        }
        let data = try answer.nestedContainer(keyedBy: DataKey.self, forKey: .data)
        let kind = try data.decode(String.self, forKey: .resultType)
        switch kind {
        case "scalar": result = .scalar(try data.decode(PrometheusSample.self, forKey: .result))
        case "vector": result = .vector(try data.decode([PrometheusSeries].self, forKey: .result))
        default: result = .other(kind: kind)
        }
    }

    /// The one finite value, which nothing was said against.
    func oneValue() throws(PrometheusFault) -> Double {
        guard warnings.isEmpty else { throw .warning(warnings.joined(separator: "; ")) }
        switch result {
        case .scalar(let sample): return try finite(sample)
        case .vector(let series):
            guard let first = series.first else { throw .noSeries }
            guard series.count == 1 else { throw .severalSeries(series.count) }
            guard let sample = first.value else { throw .histogram }
            return try finite(sample)
        case .other(let kind): throw .notOneNumber(kind: kind)
        case nil: throw .unreadable
        }
    }

    private func finite(_ sample: PrometheusSample) throws(PrometheusFault) -> Double {
        guard let value = Double(sample.value) else { throw .unreadable }
        guard value.isFinite else { throw .notFinite(sample.value) }
        return value
    }
}

/// A series of a vector; without a value it is a native histogram.
private struct PrometheusSeries: Decodable {
    let value: PrometheusSample?
}

/// A pair of a time and a value.
private struct PrometheusSample: Decodable {
    /// As it is written, since JSON has no NaN.
    let value: String

    init(from decoder: any Decoder) throws {
        var pair = try decoder.unkeyedContainer()
        _ = try pair.decode(Double.self)
        value = try pair.decode(String.self)
    }
}
