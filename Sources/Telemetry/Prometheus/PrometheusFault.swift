import Domain

/// Why a Prometheus has no value for a guard; each as the end of a sentence that begins with the server.
enum PrometheusFault: Error, Equatable, CustomStringConvertible {
    case notAnAddress
    case connectionRefused
    /// Neither connection nor answer, for a reason in the system's words.
    case unreachable(String)
    case late(Duration)
    case status(Int, reason: String?)
    case tooLarge(bytes: Int)
    case unreadable
    /// In the server's words.
    case expressionRefused(String)
    /// In the server's words.
    case warning(String)
    case noSeries
    case severalSeries(Int)
    case histogram
    case notFinite(String)
    case notOneNumber(kind: String)

    var description: String {
        switch self {
        case .notAnAddress: "has no address that can be asked"
        case .connectionRefused: "refuses connections, so it may not be running"
        case .unreachable(let reason): "cannot be asked (\(reason.told))"
        case .late(let timeout): "did not answer within \(Double(timeout.milliseconds) / 1_000) s"
        case .status(let code, let reason): "answered \(code)\(reason.map { " (\($0.told))" } ?? "")"
        case .tooLarge(let bytes): "answered with more than \(bytes / 1_024) KiB; aggregate to one number"
        case .unreadable: "answered something else than Prometheus's API does"
        case .expressionRefused(let reason): "refuses the expression: \(reason.told)"
        case .warning(let text): "answered with a warning: \(text.told)"
        case .noSeries: "has no series for the expression"
        case .severalSeries(let count): "has \(count) series for the expression, and a guard needs one; aggregate them"
        case .histogram: "answered with a histogram, and a guard needs one number"
        case .notFinite(let text): "answered \(text.told), which is no number to compare"
        case .notOneNumber(let kind): "answered with a \(kind.told), and a guard needs one number"
        }
    }

    /// Names guard, server and cause; never a password.
    func sentence(about metric: MetricGuard) -> String {
        let server = PrometheusServer(metric.server)?.shown ?? "its server"
        return "The metric '\(metric.name)' has no value: Prometheus at \(server) \(self)."
    }
}

extension String {
    /// Somebody else's words, as far as a sentence can carry them.
    var told: String {
        let plain = String(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
        guard plain.count <= 300 else { return "\(plain.prefix(300))…" }
        return plain.hasSuffix(".") ? String(plain.dropLast()) : plain
    }
}
