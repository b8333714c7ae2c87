import Domain
import Telemetry

/// The releases on trial as families of metrics; there are none while no release is.
enum JudgeMetrics {
    static func families(of verdicts: [(environment: EnvironmentName, report: VerdictReport)]) -> [MetricFamily] {
        var share = gauge("share_ratio", "The part of the users who are given the release on trial.")
        var evidence = gauge(
            "log_evidence", "Natural logarithm of the evidence, by what it is for and by what is compared.")
        var threshold = gauge("log_evidence_threshold", "At which logarithm of the evidence it is a proof.")
        var units = gauge("units", "Visits that count for the verdict.")
        var bad = gauge("bad_units", "Visits that went wrong.")
        var difference = gauge("error_rate_difference_ratio", "Between these lies the new error rate less the old one.")
        var finding = gauge("finding", "1 for what is proved: harm, health or nothing.")
        var waits = gauge("waits_for_decision", "1 where a person has to decide.")
        var gap = gauge("gap", "1 where something was not seen, so that nothing is concluded.")
        for (environment, report) in verdicts {
            let labels: [MetricFamily.Label] = [
                .init("environment", environment.rawValue), .init("deployment", "\(report.deployment)"),
                .init("release", report.green.release.version.rawValue), .init("stage", report.stage.rawValue),
            ]
            share.samples.append(.init(Double(report.share) / Double(Split.whole), labels: labels))
            for (claim, value) in [("harm", report.logHarm), ("health", report.logHealth)] {
                evidence.samples.append(.init(value, labels: labels + [.init("claim", claim), .init("stream", "all")]))
            }
            for stream in report.streams {
                for (claim, value) in [("harm", stream.logHarm), ("health", stream.logHealth)] {
                    evidence.samples.append(
                        .init(value, labels: labels + [.init("claim", claim), .init("stream", stream.name)]))
                }
            }
            for (claim, value) in [("harm", report.harmThreshold), ("health", report.healthThreshold)] {
                threshold.samples.append(.init(value, labels: labels + [.init("claim", claim)]))
            }
            for (side, counts) in [("green", report.green), ("blue", report.blue)] {
                units.samples.append(.init(counts.units, labels: labels + [.init("side", side)]))
                bad.samples.append(.init(counts.badUnits, labels: labels + [.init("side", side)]))
            }
            for (bound, value) in [("lower", report.lowestDifference), ("upper", report.highestDifference)] {
                difference.samples.append(.init(value, labels: labels + [.init("bound", bound)]))
            }
            for possible in VerdictReport.Finding.allCases {
                finding.samples.append(
                    .init(
                        possible == report.finding ? 1 : 0, labels: labels + [.init("finding", possible.rawValue)]))
            }
            waits.samples.append(.init(report.waitsForDecision ? 1 : 0, labels: labels))
            gap.samples.append(.init(report.gap == nil ? 0 : 1, labels: labels))
        }
        return [share, evidence, threshold, units, bad, difference, finding, waits, gap]
    }

    private static func gauge(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("switchyard_judge_\(name)", .gauge, help: help)
    }
}
