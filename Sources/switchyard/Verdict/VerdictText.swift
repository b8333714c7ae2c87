import Domain
import Foundation

/// A verdict for people.
struct VerdictText {
    private static let barWidth = 20

    let report: VerdictReport

    init(_ report: VerdictReport) { self.report = report }

    /// The whole verdict.
    var lines: [String] {
        [title, ""] + report.sentences + [""] + table + ["", bars]
    }

    /// How things stand, on one line of a terminal.
    var line: String {
        [
            "\(percent(Double(report.share) / 10_000)) of users",
            "\(report.green.requests + report.blue.requests) requests",
            "errors \(rateAndInterval(report.green)) / \(rateAndInterval(report.blue)), \(interval)", bars, rest,
        ].joined(separator: "  ")
    }

    private var title: String {
        let word =
            switch report.finding {
            case .harm: Terminal.coloured("worse than is allowed", .red)
            case .health: Terminal.coloured("proved healthy", .green)
            case .inconclusive: Terminal.coloured("inconclusive", .yellow)
            }
        let shadow = report.conduct == .observe ? " (shadow mode: nothing follows from it)" : ""
        return "\(report.green.release), deployment \(report.deployment): \(word)\(shadow)"
    }

    private var table: [String] {
        var table = TextTable("", "SLOT", "REQUESTS", "ERRORS", "VISITS", "WRONG", "P50", "P95")
        for (name, side) in [("new", report.green), ("before", report.blue)] {
            table.add(
                "\(name): \(side.release.version)", "\(side.slot)", "\(side.requests)", "\(side.errors)",
                String(format: "%.0f", side.units), rateAndInterval(side), time(side.p50), time(side.p95))
        }
        return table.lines
    }

    /// The evidence against and for the release, each as a part of what proves it.
    private var bars: String {
        let harm = bar(report.logHarm / report.harmThreshold)
        let health = bar(report.logHealth / report.healthThreshold)
        return "against \(Terminal.coloured(harm, .red)) for \(Terminal.coloured(health, .green))"
    }

    private func bar(_ part: Double) -> String {
        let full = Int((max(0, min(1, part)) * Double(Self.barWidth / 2)).rounded())
        return String(repeating: "█", count: full) + String(repeating: "░", count: Self.barWidth / 2 - full)
    }

    private var rest: String {
        if let gap = report.gap { return Terminal.coloured(gap, .yellow) }
        if report.waitsForDecision { return Terminal.coloured("decide: promote or rollback", .yellow) }
        guard report.finding == .inconclusive else { return report.finding == .harm ? "worse" : "healthy" }
        return report.roundedUnitsNeeded.map { "about \($0) more visits" } ?? "no verdict in sight"
    }

    private var interval: String {
        String(format: "%+.0f to %+.0f points", report.lowestDifference * 100, report.highestDifference * 100)
    }

    /// "1.2 % (0.4-3.1)".
    private func rateAndInterval(_ side: VerdictReport.Side) -> String {
        guard let rate = side.errorRate else { return "-" }
        return "\(percent(rate)) (\(digits(side.lowestErrorRate))-\(digits(side.highestErrorRate)))"
    }

    private func percent(_ part: Double) -> String { "\(digits(part)) %" }

    private func digits(_ part: Double) -> String {
        String(format: part == 0 || part >= 0.1 ? "%.0f" : "%.1f", part * 100)
    }

    private func time(_ milliseconds: Double?) -> String { milliseconds.map { String(format: "%.0f ms", $0) } ?? "-" }
}
