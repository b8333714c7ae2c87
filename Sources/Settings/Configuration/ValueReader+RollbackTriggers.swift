import Domain
import Foundation

extension ValueReader where Value == RollbackTriggers {
    /// What takes a release back by itself while users are on it.
    static var rollbackTriggers: ValueReader {
        .mapping { keys in
            var triggers = RollbackTriggers()
            let both = RollbackTriggers.WhenBothFail.allCases.map(\.rawValue)
            let modes = RollbackTriggers.ErrorRateMode.allCases.map(\.rawValue)
            let errors = keys.optional(
                "max_error_rate_increase", .percentage(basisPoints: 0...100_000),
                "By how much the error rate may rise; 5% by default.")
            let mode = keys.optional(
                "error_rate_mode",
                ValueReader<RollbackTriggers.ErrorRateMode>.choice(modes) { .init(rawValue: $0) },
                "Whether that is meant in percentage points or as a part of the rate before; absolute by default.")
            let times = keys.optional(
                "max_response_time_increase", .percentage(basisPoints: 100...100_000),
                "By how much the response time may rise at p50 and p95; 50% by default.")
            triggers.errorRateMode = mode ?? triggers.errorRateMode
            triggers.maxErrorRateIncrease = errors.map { Double($0) / 10_000 } ?? triggers.maxErrorRateIncrease
            triggers.maxResponseTimeIncrease = times.map { Double($0) / 10_000 } ?? triggers.maxResponseTimeIncrease
            triggers.keyFeatures =
                keys.optional("key_feature_failure", .rollsBack, "Whether a key feature that fails is one; rollback.")
                ?? triggers.keyFeatures
            triggers.databaseConnection =
                keys.optional(
                    "database_connection_failure", .rollsBack,
                    "Whether a database that the release cannot reach is one; rollback.")
                ?? triggers.databaseConnection
            triggers.healthEndpoint =
                keys.optional(
                    "health_endpoint_failure", .rollsBack, "Whether a health endpoint that fails is one; rollback.")
                ?? triggers.healthEndpoint
            triggers.whenBothFail =
                keys.optional(
                    "when_both_fail",
                    ValueReader<RollbackTriggers.WhenBothFail>.choice(both) { .init(rawValue: $0) },
                    "What follows when the release before fails the same probe: hold and tell a person, or rollback all the "
                        + "same; hold.") ?? triggers.whenBothFail
            triggers.metrics =
                keys.optional("metrics", .metricGuards, "PromQL expressions whose values stay within bounds, by name.")
                ?? triggers.metrics
            if triggers.errorRateMode == .absolute, triggers.maxErrorRateIncrease >= 1 {
                keys.report(
                    "max_error_rate_increase",
                    "no error rate rises by 100 percentage points or more, so this would never take a release back: give "
                        + "less than 100%, or write 'error_rate_mode: relative'.")
            }
            return triggers
        }
    }
}

extension ValueReader where Value == Bool {
    fileprivate static var rollsBack: ValueReader { .choice(["rollback", "ignore"]) { $0 == "rollback" } }
}

/// What a guard is called, in the file and to people.
private struct GuardName: ValidatedName {
    static let noun = "metric"
    static let rule = "1 to 64 lower-case letters, digits and underscores, first a letter"
    let rawValue: String

    init(unchecked rawValue: String) { self.rawValue = rawValue }

    static func accepts(_ text: String) -> Bool { text.wholeMatch(of: /[a-z][a-z0-9_]{0,63}/) != nil }
}

extension ValueReader where Value == [MetricGuard] {
    /// Guards by their names, in the file's order.
    fileprivate static var metricGuards: ValueReader {
        let named = ValueReader<[(name: GuardName, value: MetricGuard)]>
            .named(GuardName.self, limit: Limits.metricGuards) { .metricGuard(named: $0.rawValue) }
        return ValueReader(schema: named.schema) { node in named.read(node)?.map(\.value) }
    }
}

extension ValueReader where Value == MetricGuard {
    fileprivate static func metricGuard(named name: String) -> ValueReader {
        .mapping { keys in
            let server = keys.required("server", .prometheusServer, "http://127.0.0.1:9090, where Prometheus answers.")
            let query = keys.required("query", .promQL, "a PromQL expression that gives one number.")
            let minimum = keys.optional("min", .number, "The value below which the release is taken back.")
            let maximum = keys.optional("max", .number, "The value beyond which the release is taken back.")
            if !keys.isWritten("min"), !keys.isWritten("max") {
                keys.report("query", "the metric '\(name)' guards nothing without bounds; write 'min', 'max' or both.")
            }
            if let minimum, let maximum, minimum > maximum {
                keys.report("max", "'max' is less than 'min', so no value is right; exchange them.")
            }
            guard let server, let query else { return nil }
            return MetricGuard(name: name, server: server, query: query, minimum: minimum, maximum: maximum)
        }
    }
}

extension ValueReader where Value == String {
    /// The URL of a Prometheus, in which `${NAME}` is replaced by the variable of that name.
    fileprivate static var prometheusServer: ValueReader {
        let schema: JSONValue = .object(["type": .text("string"), "pattern": .text("^(https?://|\\$\\{)")])
        return ValueReader(schema: { schema }) { node in
            guard let text = node.text else {
                node.refuse(expected: "a URL that begins with http:// or https://")
                return nil
            }
            guard let expanded = node.expandingVariables(in: text) else { return nil }
            // The URL may carry a password, so it is never repeated in the message.
            guard isServer(expanded) else {
                node.report(
                    "\(node.subject) must be a URL such as http://127.0.0.1:9090 or https://user:${PASSWORD}@host/path, "
                        + "with what is special in user and password escaped as %XX, and without '?' and '#'.")
                return nil
            }
            return expanded
        }
    }

    private static func isServer(_ text: String) -> Bool {
        guard text.utf8.count <= 2_048, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            let url = URLComponents(string: text), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false
        else { return false }
        return url.query == nil && url.fragment == nil && text.count { $0 == "@" } <= 1
            && (url.port.map { (1...65_535).contains($0) } ?? true)
    }

    /// A PromQL expression that gives one number, without blanks at its end.
    fileprivate static var promQL: ValueReader {
        let expectation = "a PromQL expression of at most \(Limits.promQLBytes) bytes, without control characters"
        return ValueReader(schema: { .object(["type": .array([.text("string"), .text("number")])]) }) { node in
            guard let text = node.text, (1...Limits.promQLBytes).contains(text.utf8.count),
                !text.replacing(/[\n\t]/, with: "").hasControlCharacters
            else {
                node.refuse(expected: expectation)
                return nil
            }
            do throws(PromQLFault) {
                _ = try PromQLExpression(guard: text)
                return text.trimmingCharacters(in: .whitespacesAndNewlines)
            } catch {
                node.report("\(node.subject) is no PromQL that can guard a release: \(error.reason).", at: error.offset)
                return nil
            }
        }
    }
}
