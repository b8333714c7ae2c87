import Domain
import Settings
import Testing

/// How an environment's `switchyard.yaml` says what a release is judged by.
struct VerdictSettingsTests {
    @Test func `every key of the verdict is read as it is written`() throws {
        let policy = try verdict(
            """
            strategy: blue_green
            judge: observe
            canary_share: 2.5%
            canary_dwell: 1m
            canary_units: 50
            split_share: 40%
            split_dwell: 90s
            stage_deadline: 1h
            holdback_share: 0.5%
            assignment_period: 10m
            inconclusive: promote
            approver: Dora Diaz
            rollback_triggers:
              max_error_rate_increase: 120%
              error_rate_mode: relative
              max_response_time_increase: 12.25%
              key_feature_failure: ignore
              database_connection_failure: rollback
              health_endpoint_failure: ignore
              when_both_fail: rollback
              metrics:
                loads_completed:
                  server: http://127.0.0.1:9090
                  query: "sum(rate(loads_completed_total[5m]))"
                  min: 0.2
                revenue: {server: "https://reader:${PASSWORD}@metrics.example.com/prometheus", query: revenue, min: -1e3, max: 5}
            """)
        let metrics = [
            MetricGuard(
                name: "loads_completed", server: "http://127.0.0.1:9090", query: "sum(rate(loads_completed_total[5m]))",
                minimum: 0.2),
            MetricGuard(
                name: "revenue", server: "https://reader:s3cret@metrics.example.com/prometheus", query: "revenue",
                minimum: -1_000, maximum: 5),
        ]
        let triggers = RollbackTriggers(
            maxErrorRateIncrease: 1.2, errorRateMode: .relative, maxResponseTimeIncrease: 0.1225, keyFeatures: false,
            databaseConnection: true, healthEndpoint: false, whenBothFail: .rollBack, metrics: metrics)
        #expect(
            policy
                == VerdictPolicy(
                    strategy: .blueGreen, conduct: .observe, inconclusive: .promote(approver: "Dora Diaz"),
                    triggers: triggers, canaryShare: 250, canarySeconds: 60, canaryUnits: 50, splitShare: 4_000,
                    splitSeconds: 90, stageDeadlineSeconds: 3_600, holdbackShare: 50, assignmentSeconds: 600))
    }

    @Test func `a release goes to dev at once, and everywhere else in stages`() throws {
        #expect(try verdict("{}", in: "dev") == VerdictPolicy(strategy: .blueGreen))
        #expect(try verdict("{}", in: "staging") == VerdictPolicy())
        #expect(try verdict("strategy: progressive", in: "dev") == VerdictPolicy())
    }

    @Test(arguments: [
        ("ask", VerdictPolicy.Inconclusive.ask), ("hold", .hold), ("rollback", .rollBack),
    ])
    func `what happens without a verdict is chosen`(word: String, chosen: VerdictPolicy.Inconclusive) throws {
        #expect(try verdict("inconclusive: \(word)").inconclusive == chosen)
    }

    /// What an environment has, and the problem it makes, from the first line of the environment on.
    static let mistakes: [(lines: String, problem: String)] = [
        ("strategy: canary", "1:11: '….strategy' is 'canary', but must be one of progressive, blue_green."),
        (
            "strategy: bluegreen",
            "1:11: '….strategy' is 'bluegreen', but must be one of progressive, blue_green; did you mean 'blue_green'?"
        ),
        ("judge: shadow", "1:8: '….judge' is 'shadow', but must be one of act, observe."),
        (
            "canary_share: 0%",
            "1:15: '….canary_share' is '0%', but must be a percentage from 0.01% to 99.99%, such as 5% or 0.5%."
        ),
        ("canary_share: 100%", "1:15: '….canary_share' is '100%', but must be a percentage"),
        ("split_share: 5", "1:14: '….split_share' is '5', but must be a percentage"),
        ("holdback_share: 0.005%", "1:17: '….holdback_share' is '0.005%', but must be a percentage"),
        ("holdback_share: -1%", "1:17: '….holdback_share' is '-1%', but must be a percentage"),
        (
            "canary_share: 60%",
            "1:15: 'canary_share' is 60%, more than 'split_share', which is 50%; the canary is the smaller"
        ),
        ("split_share: 4.5%", "1:14: 'canary_share' is 5%, more than 'split_share', which is 4.5%;"),
        (
            "holdback_share: 60%",
            "1:17: 'holdback_share' is 60% and 'split_share' 50%; together they can be 100% at most"
        ),
        (
            "canary_dwell: 2h",
            "1:15: 'canary_dwell' is 2h, longer than 'stage_deadline', which is 30m; no stage could end"
        ),
        ("stage_deadline: 10s", "1:17: 'canary_dwell' is 30s, longer than 'stage_deadline', which is 10s;"),
        ("assignment_period: 0s", "1:20: '….assignment_period' is '0s', but must be a duration from 1s"),
        (
            "inconclusive: promote",
            "1:15: 'inconclusive: promote' lets releases go on without proof, so somebody answers for it"
        ),
        ("approver: dora", "1:11: 'approver' is who answers for 'inconclusive: promote', and nothing is promoted"),
        (
            "inconclusive: rolback",
            "1:15: '….inconclusive' is 'rolback', but must be one of ask, hold, rollback, promote; did you mean 'rollback'?"
        ),
        ("rollback_triggers: {error_rate: 5%}", "1:21: unknown key 'error_rate' in '….rollback_triggers'; "),
        (
            "rollback_triggers: {health_failure: ignore}",
            "1:21: unknown key 'health_failure' in '….rollback_triggers'; Allowed: max_error_rate_increase"
        ),
        (
            "rollback_triggers: {helth_endpoint_failure: ignore}",
            "1:21: unknown key 'helth_endpoint_failure' in '….rollback_triggers'; did you mean 'health_endpoint_failure'?"
        ),
        (
            "rollback_triggers: {max_error_rate_increase: 100%}",
            "1:46: no error rate rises by 100 percentage points or more"
        ),
        (
            "rollback_triggers: {max_error_rate_increase: 1001%, error_rate_mode: relative}",
            "1:46: '….rollback_triggers.max_error_rate_increase' is '1001%', but must be a percentage from 0% to 1000%"
        ),
        (
            "rollback_triggers: {max_response_time_increase: 0.9%}",
            "1:49: '….rollback_triggers.max_response_time_increase' is '0.9%', but must be a percentage from 1% to 1000%"
        ),
        (
            "rollback_triggers: {key_feature_failure: true}",
            "1:42: '….rollback_triggers.key_feature_failure' is 'true', but must be one of rollback, ignore."
        ),
        (
            metric("query: up, min: 1"),
            "1:38: '….loads.server' is missing; add it: http://127.0.0.1:9090, where Prometheus"
        ),
        (
            metric("\(server), min: 1"),
            "1:38: '….loads.query' is missing; add it: a PromQL expression that gives one number."
        ),
        (
            metric("\(server), query: up"),
            "1:77: the metric 'loads' guards nothing without bounds; write 'min', 'max' or both."
        ),
        (
            metric("\(server), query: up, min: 2, max: 1"),
            "1:94: 'max' is less than 'min', so no value is right; exchange them."
        ),
        (
            metric("\(server), query: up, min: NaN"),
            "1:86: '….loads.min' is 'NaN', but must be a number such as 3, -0.5 or 1e6."
        ),
        (metric("\(server), query: up, minimum: 1"), "1:77: the metric 'loads' guards nothing"),
        (
            metric("server: 'ftp://root:hidden@a', query: up, min: 1"),
            "1:47: '….loads.server' must be a URL such as http://127.0.0.1:9090"
        ),
        (metric("server: 'http://root:hid@den@a', query: up, min: 1"), "1:47: '….loads.server' must be a URL"),
        (metric("server: 'http://a?hidden', query: up, min: 1"), "1:47: '….loads.server' must be a URL"),
        (
            metric("server: 'http://${NOBODY}@a', query: up, min: 1"),
            "1:47: '….loads.server' uses ${NOBODY}, which is not set"
        ),
        (
            metric("\(server), query: rate(up), min: 1"),
            "1:82: '….loads.query' is no PromQL that can guard a release: argument 1 of 'rate' must be a range vector"
        ),
        (
            metric("\(server), query: 'sum(a{b=''c''} ' , min: 1"),
            "1:93: '….loads.query' is no PromQL that can guard a release: the end of the expression stands where"
        ),
        (
            metric("\(server), query: \"a{b=\\\"\\x63\\\"} $ \" , min: 1"),
            "1:92: '….loads.query' is no PromQL that can guard a release: '$' is not part of any"
        ),
        (
            metric("\(server), query: \"up[5m]\", min: 1"),
            "1:78: '….loads.query' is no PromQL that can guard a release: the expression gives a range vector"
        ),
        (
            metric("\(server), query: '', min: 1"),
            "1:77: '….loads.query' is the text '', but must be a PromQL expression of at most 8192 bytes"
        ),
        (
            "rollback_triggers: {metrics: {Loads: {\(server), query: up, min: 1}}}",
            "1:31: 'Loads' is no valid metric name: use 1 to 64 lower-case letters, digits and underscores"
        ),
        (
            "rollback_triggers: {metrics: {}}",
            "1:30: '….rollback_triggers.metrics' is a mapping, but must be a mapping with 1 to 32 names."
        ),
    ]

    private static let server = "server: http://127.0.0.1:9090"

    private static func metric(_ keys: String) -> String { "rollback_triggers: {metrics: {loads: {\(keys)}}}" }

    @Test(arguments: mistakes)
    func `a mistake is told with its place and its remedy`(lines: String, problem: String) throws {
        let error = #expect(throws: SettingsError.self) { try verdict(lines) }
        let told = "\(error?.description ?? "")".replacing(
            "environments.production.rollback_triggers.metrics.loads", with: "….loads"
        )
        .replacing("environments.production", with: "…")
        // The environment begins in the fourth line, and its keys in the fifth column.
        let place = try #require(problem.wholeMatch(of: /(?<line>[0-9]+):(?<column>[0-9]+)(?<rest>.*)/)?.output)
        let expected = "switchyard.yaml:\((Int(place.line) ?? 0) + 3):\((Int(place.column) ?? 0) + 4)\(place.rest)"
        #expect(told.hasPrefix(expected), "\(told)")
        #expect(!told.contains("hidden"), "a password stands in an error message")
    }

    @Test(arguments: [
        ("|", "sum(\n  rate(up)\n)", "10:22: "), (">-", "sum(\n  rate(up)\n)", "10:22: "),
        ("|", "sum(up)\n  + $", "10:19: "),
        ("", "sum(rate(up[5m]))\n          + $", "8:18: "),
    ])
    func `a fault in an expression over several lines is told where it is, or by its character`(
        style: String, query: String, place: String
    ) throws {
        let indented = query.split(separator: "\n").map { style.isEmpty ? "\($0)" : "          \($0)" }.joined(
            separator: "\n")
        let error = #expect(throws: SettingsError.self) {
            try verdict(
                """
                rollback_triggers:
                  metrics:
                    loads:
                      min: 1
                      query: \(style)\(style.isEmpty ? "" : "\n")\(indented)
                """)
        }
        let told = "\(error?.description ?? "")"
        #expect(told.contains("switchyard.yaml:\(place)"), "\(told)")
        #expect(told.contains("(character 21)") == style.isEmpty, "\(told)")
    }

    @Test func `a metric that is named twice is refused`() throws {
        let error = #expect(throws: SettingsError.self) {
            try verdict(
                """
                rollback_triggers:
                  metrics:
                    loads: {server: "http://a", query: up, min: 1}
                    loads: {server: "http://a", query: up, max: 1}
                """)
        }
        let told = "\(error?.description ?? "")"
        #expect(told.contains("'loads' is written more than once in this mapping; keep one."), "\(told)")
    }

    @Test func `every key of the verdict is shown as it would be written`() throws {
        let configuration = try configuration(
            """
            canary_share: 0.25%
            inconclusive: promote
            approver: dora
            rollback_triggers:
              max_error_rate_increase: 7.5%
              health_endpoint_failure: ignore
              metrics:
                loads: {server: "http://a", query: up, min: 0.5}
            """, in: "production")
        let shown = configuration.settingsInForce.filter { $0.key.hasPrefix("environments.production.") }
            .map { "\($0.key.dropFirst("environments.production.".count)): \($0.value)" }
        let verdict = shown.drop { !$0.hasPrefix("strategy:") }
        #expect(
            Array(verdict) == [
                "strategy: progressive", "judge: act", "canary_share: 0.25%", "canary_dwell: 30s", "canary_units: 20",
                "split_share: 50%", "split_dwell: 30s", "stage_deadline: 30m", "holdback_share: 5%",
                "assignment_period: 10m", "inconclusive: promote", "approver: dora",
                "rollback_triggers.max_error_rate_increase: 7.5%", "rollback_triggers.error_rate_mode: absolute",
                "rollback_triggers.max_response_time_increase: 50%", "rollback_triggers.key_feature_failure: rollback",
                "rollback_triggers.database_connection_failure: rollback",
                "rollback_triggers.health_endpoint_failure: ignore", "rollback_triggers.when_both_fail: hold",
                "rollback_triggers.metrics.loads.server: http://a",
                "rollback_triggers.metrics.loads.query: up", "rollback_triggers.metrics.loads.min: 0.5",
            ])
    }

    private func verdict(
        _ lines: String, in environment: String = "production"
    ) throws -> VerdictPolicy {
        let configuration = try configuration(lines, in: environment)
        return try #require(configuration.environments.first).policy.verdict
    }

    private func configuration(
        _ lines: String, in environment: String
    ) throws -> Configuration {
        let indented = lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return try Configuration.parse(
            "application: freightops\nenvironments:\n  \(environment):\n\(indented)\n",
            variables: ["PASSWORD": "s3cret"])
    }
}
