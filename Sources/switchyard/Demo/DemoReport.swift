import API
import Domain
import Foundation
import LoadTesting

/// What happened in the demo: the clients' side and the deployments.
struct DemoReport: Encodable {
    /// What the clients saw; "failed" as DESIGN.md and GUARANTEES.md define it.
    struct Requests: Encodable {
        var total: Int
        var failed: Int
        var applicationErrors: Int
        var byRelease: [String: Int]

        enum CodingKeys: String, CodingKey {
            case total
            case failed
            case applicationErrors = "application_errors"
            case byRelease = "by_release"
        }
    }

    /// One deployment or rollback, or one attempt to change the schema.
    struct Deployment: Encodable {
        var release: String
        var outcome: String
        var reason: String?
        var switchMilliseconds: Double?
        var durationSeconds: Double

        enum CodingKeys: String, CodingKey {
            case release
            case outcome
            case reason
            case switchMilliseconds = "switch_milliseconds"
            case durationSeconds = "duration_seconds"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(release, forKey: .release)
            try container.encode(outcome, forKey: .outcome)
            // Always there, null where there is nothing to say: readers need not guess.
            try container.encode(reason, forKey: .reason)
            try container.encode(switchMilliseconds, forKey: .switchMilliseconds)
            try container.encode(durationSeconds, forKey: .durationSeconds)
        }
    }

    /// How soon the bad release was found to be one.
    struct Detection: Encodable {
        /// All requests, to both releases, since the bad one had its first users.
        var requests: Int
        var seconds: Double
        /// Answers 5xx of the bad release.
        var applicationErrors: Int

        init(_ verdict: VerdictReport) {
            requests = verdict.green.requests + verdict.blue.requests
            seconds = verdict.seconds
            applicationErrors = verdict.green.errors
        }
    }

    var requests: Requests
    var deployments: [Deployment]
    /// Deployments that moved no request: a migration that was refused, contractions.
    var schema: [Deployment]
    /// Nil where the bad release had no users at all.
    private let detection: Detection?
    private let seconds: Double

    enum CodingKeys: String, CodingKey {
        case requests
        case deployments
        case schema
        case detectedAfterRequests = "detected_after_requests"
        case detectedAfterSeconds = "detected_after_seconds"
        case greenApplicationErrors = "green_application_errors"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(requests, forKey: .requests)
        try container.encode(deployments, forKey: .deployments)
        try container.encode(schema, forKey: .schema)
        try container.encode(detection?.requests, forKey: .detectedAfterRequests)
        try container.encode(detection?.seconds, forKey: .detectedAfterSeconds)
        try container.encode(detection?.applicationErrors, forKey: .greenApplicationErrors)
    }

    init(
        began: Date, load: LoadReport, deployments reports: [DeploymentReport],
        schema schemaReports: [DeploymentReport],
        detection: Detection?
    ) {
        self.detection = detection
        seconds = Date().timeIntervalSince(began)
        requests = Requests(
            total: load.total, failed: load.failed, applicationErrors: load.applicationErrors,
            byRelease: load.byRelease
        )
        deployments = reports.map(Deployment.init)
        schema = schemaReports.map(Deployment.init)
    }

    /// What went otherwise than it should, each in a part of a sentence.
    var disappointments: [String] {
        let expected: [Domain.Deployment.Outcome] = [
            .committed, .committed, .rolledBack, .committed, .rolledBack, .committed, .failed, .failed, .committed,
        ]
        var found = requests.failed > 0 ? ["\(requests.failed) requests failed"] : []
        if (deployments + schema).map(\.outcome) != expected.map(\.rawValue) {
            let outcomes = (deployments + schema).map { "\($0.release) \($0.outcome)" }.joined(separator: ", ")
            found.append("the deployments did not end as they should: \(outcomes)")
        }
        // Without an answer of it, "0 failed" says nothing of a release.
        for release in Set(deployments.map(\.release)).sorted() where requests.byRelease[release, default: 0] == 0 {
            found.append("\(release) answered no request")
        }
        return found
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// The small table at the end of the demo.
    var table: [String] {
        var table = TextTable("RELEASE", "OUTCOME", "SWITCH", "WHOLE")
        for item in deployments {
            let flip = item.switchMilliseconds.map { String(format: "%.1f ms", $0) } ?? "-"
            table.add(item.release, item.outcome, flip, String(format: "%.1f s", item.durationSeconds))
        }
        for (item, what) in zip(schema, ["unsafe migration", "contract while in use", "contract"]) {
            let outcome = item.outcome == "failed" ? "refused" : "done"
            table.add(item.release, "\(what): \(outcome)", "-", String(format: "%.1f s", item.durationSeconds))
        }
        let byRelease = requests.byRelease.sorted { $0.key < $1.key }.map { "\($0.value) by \($0.key)" }
        return ["", "What happened, in \(Int(seconds)) s:"] + table.lines + [
            "",
            "\(requests.total) requests (\(byRelease.joined(separator: ", "))): "
                + "\(requests.failed) failed, \(requests.applicationErrors) application errors",
        ] + (detection.map { [found($0)] } ?? [])
    }

    private func found(_ detection: Detection) -> String {
        "1.2.0 was found to be bad after \(detection.requests) requests, \(String(format: "%.1f", detection.seconds)) s and "
            + "\(detection.applicationErrors) errors of its own"
    }
}

extension DemoReport.Deployment {
    fileprivate init(_ report: DeploymentReport) {
        let item = report.deployment
        self.init(
            release: item.release.version.rawValue, outcome: item.outcome?.rawValue ?? "under way",
            reason: item.reason, switchMilliseconds: report.switchMilliseconds,
            durationSeconds: (report.endedAt ?? item.createdAt).timeIntervalSince(item.createdAt))
    }
}
