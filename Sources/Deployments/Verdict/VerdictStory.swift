import Domain
import Foundation
import Judging

/// Tells a verdict in sentences that a tired person on call understands.
struct VerdictStory {
    let report: VerdictReport
    let settings: JudgeSettings
    /// Whether green does worse than blue did before green came.
    let isWorseThanBefore: Bool
    /// Whether blue does, too.
    let bothAreWorse: Bool

    var sentences: [String] {
        [seen, errors, times, conclusion, before, sight].compactMap(\.self)
    }

    private var green: String { report.green.release.version.rawValue }
    private var blue: String { report.blue.release.version.rawValue }

    private var seen: String {
        let share = Self.percent(Double(report.share) / Double(Split.whole))
        return "\(green) has had users for \(Self.time(report.seconds)), \(share) of them now. "
            + "It answered \(report.green.requests) requests, \(blue) answered \(report.blue.requests)."
    }

    var errors: String? {
        guard let worse = report.green.errorRate else { return "No user of \(green) has come yet." }
        let other = report.blue.errorRate.map { "\(Self.percent($0)) of those to \(blue)" } ?? "\(blue) had none"
        let count = report.usersWithErrors ?? 0
        let users = count > 0 ? ", of \(count) different user\(count == 1 ? "" : "s")" : ""
        return
            "Errors: \(Self.percent(worse)) of the visits to \(green) went wrong (\(Self.count(report.green.badUnits)) "
            + "of \(Self.count(report.green.units))\(users)), \(other). The difference lies between "
            + "\(Self.points(report.lowestDifference)) and \(Self.points(report.highestDifference)) points; \(allowed)."
    }

    private var allowed: String {
        let limit = settings.errorLimit
        return limit.factor == 1
            ? "allowed are \(Self.points(limit.increase))"
            : "allowed is \(Self.percent(limit.factor - 1)) more than \(blue) has"
    }

    var times: String? {
        guard let green50 = report.green.p50, let blue50 = report.blue.p50 else { return nil }
        let slow =
            if let green95 = report.green.p95, let blue95 = report.blue.p95 {
                ", at p95 \(Self.milliseconds(green95)) and \(Self.milliseconds(blue95))"
            } else {
                ""
            }
        return "Response times: at p50 \(Self.milliseconds(green50)) on \(green) and \(Self.milliseconds(blue50)) on "
            + "\(blue)\(slow); allowed is \(Self.percent(settings.timeFactor - 1)) more."
    }

    var conclusion: String {
        switch report.finding {
        case .harm:
            let worst = report.streams.max { $0.logHarm < $1.logHarm }?.name ?? "errors"
            let what = worst == "errors" ? "its errors" : "its response times at \(worst)"
            return
                "\(green) is worse than is allowed, by \(what): of \(Self.releases(settings.alpha)) releases that keep the "
                + "limits, fewer than one would look like this."
        case .health:
            return
                "\(green) is proved to keep the limits: of \(Self.releases(settings.healthAlpha)) releases that break "
                + "one, fewer than one would look like this."
        case .inconclusive:
            let more =
                report.roundedUnitsNeeded.map {
                    "about \($0) more visits bring a verdict if all goes on like this"
                }
                ?? "no verdict is in sight"
            return "Neither is proved yet, which is no success: \(more)."
        }
    }

    private var before: String? {
        guard isWorseThanBefore, report.finding != .harm else { return nil }
        guard bothAreWorse else {
            return "\(green) does worse than \(blue) did in the half hour before, which takes nothing back alone."
        }
        return
            "Both are worse than \(blue) was in the half hour before \(green) came: the cause may lie outside \(green), "
            + "or \(green) may slow down what both use."
    }

    private var sight: String? {
        switch (report.gap, report.waitsForDecision) {
        case (let gap?, true): "A person has to decide, with 'switchyard promote' or 'switchyard rollback': \(gap)."
        case (let gap?, false): "Nothing is concluded just now: \(gap)."
        case (nil, true):
            "The stage's time is over without proof: a person has to decide, with 'switchyard promote' or "
                + "'switchyard rollback'."
        case (nil, false): nil
        }
    }
}

extension VerdictStory {
    static func percent(_ part: Double) -> String { "\(digits(part * 100)) %" }

    static func points(_ difference: Double) -> String {
        (difference < 0 ? "−" : "+") + digits(abs(difference) * 100)
    }

    static func milliseconds(_ time: Double) -> String { "\(digits(time)) ms" }

    static func count(_ units: Double) -> String {
        String(format: units < 10 && units != units.rounded() ? "%.1f" : "%.0f", units)
    }

    static func time(_ seconds: Double) -> String {
        seconds < 120 ? "\(Int(seconds)) s" : "\(Int(seconds / 60)) min"
    }

    private static func releases(_ alpha: Double) -> String { String(format: "%.0f", 1 / alpha) }

    /// Two digits that tell something.
    private static func digits(_ value: Double) -> String {
        String(format: value >= 10 || value == 0 ? "%.0f" : value >= 1 ? "%.1f" : "%.2f", value)
    }
}
