import API
import Domain
import Foundation

/// What `status` shows of a report: all of it, or as much as a screen holds with what is wrong first.
struct StatusScreen {
    /// A line, and what it is.
    struct Line: Equatable {
        enum Kind { case plain, title, problem }

        var text: String
        var kind = Kind.plain
    }

    /// How much fits; nil where nobody reads it on a screen.
    struct Size: Equatable {
        var lines: Int
        var columns: Int
    }

    /// Slots that an environment shows on a screen.
    private static let slotsShown = 6

    let report: StatusReport
    let size: Size?
    let now: Date

    /// The lines; on a screen none is longer than it, and there are no more than it has.
    var lines: [Line] {
        let traffic = Line(text: "\(report.application) on \(report.traffic.joined(separator: ", "))")
        guard let size else {
            let problems = report.problems.flatMap { [Line(text: ""), Line(text: "! \($0)", kind: .problem)] }
            let cosigned = report.record.flatMap { $0.witness == nil ? nil : AuditText.cosigned($0) }
            return [traffic] + report.environments.flatMap { block(of: $0) }
                + (cosigned.map { [Line(text: ""), Line(text: $0)] } ?? []) + problems
        }
        // What is wrong gets what the environments leave, and two thirds of the screen at least where it needs them.
        let problems = problemLines(in: size, atMost: max(size.lines * 2 / 3, size.lines - 1 - allBlocks.count))
        let environments = environmentLines(atMost: size.lines - 1 - problems.count)
        return ([traffic] + environments + problems).map { clip($0, to: size.columns) }
    }

    private var allBlocks: [Line] { report.environments.flatMap { block(of: $0, slots: Self.slotsShown) } }

    // MARK: - Environments

    /// As many environments in full as fit, a line for each of the others, and how many do not even have that.
    private func environmentLines(atMost limit: Int) -> [Line] {
        let environments = report.environments
        var shown: [Line] = []
        for full in (0...environments.count).reversed() {
            let rest = environments.dropFirst(full)
            shown = environments.prefix(full).flatMap { block(of: $0, slots: Self.slotsShown) }
            if !rest.isEmpty { shown += [Line(text: "")] + rest.map(summary) }
            if shown.count <= limit { return shown }
        }
        let left = shown.count - (limit - 1)
        return shown.prefix(max(limit - 1, 0))
            + [Line(text: "… and \(left) more environments: switchyard status ENVIRONMENT")]
    }

    private func summary(of environment: EnvironmentReport) -> Line {
        let underWay = environment.current.map { ", deployment \($0.id) is under way" } ?? ""
        let text = "\(title(of: environment))\(underWay) … switchyard status \(environment.name)"
        return Line(text: text, kind: .title)
    }

    private func title(of environment: EnvironmentReport) -> String {
        let page = environment.maintenance ? ", behind the maintenance page" : ""
        return "\(environment.name) serves \(environment.serving?.description ?? "nothing")\(page)"
    }

    private func block(of environment: EnvironmentReport, slots limit: Int = .max) -> [Line] {
        var lines = [Line(text: ""), Line(text: title(of: environment), kind: .title)]
        if let current = environment.current { lines.append(Line(text: underWay(current))) }
        if let verdict = environment.verdict { lines.append(Line(text: "  \(VerdictText(verdict).line)")) }
        let slots = environment.slots.filter { $0.slot.occupant != nil }
        var table = TextTable("  SLOT", "ROLE", "RELEASE", "PROCESSES", "IN FLIGHT")
        for report in slots.prefix(limit) { table.add(cells(of: report)) }
        lines += table.lines.map { Line(text: $0) }
        if slots.count > limit {
            lines.append(Line(text: "  … and \(slots.count - limit) more: switchyard status \(environment.name)"))
        }
        lines += warnings(of: slots.prefix(limit))
        if let backfill = environment.backfill { lines.append(Line(text: "  \(backfill)")) }
        let ways = environment.waysBack.map(\.description).joined(separator: ", then ")
        return lines + [Line(text: "  way back: \(ways.isEmpty ? "none" : ways)")]
    }

    /// What is worth knowing of processes that run, each sentence once.
    private func warnings(of slots: ArraySlice<SlotReport>) -> [Line] {
        let pairs = slots.flatMap { slot in
            slot.processes.compactMap { process in process.warning.map { ($0, "\(slot.slot.name) \(process.name)") } }
        }
        return Dictionary(grouping: pairs, by: \.0).sorted { $0.key < $1.key }
            .map { Line(text: "  \($0.value.map(\.1).joined(separator: ", ")): \($0.key)") }
    }

    private func underWay(_ deployment: DeploymentSummary) -> String {
        let age = now.timeIntervalSince(deployment.createdAt)
        let step = deployment.step?.title ?? "begins"
        return "  under way: deployment \(deployment.id), \(deployment.release): \(step); "
            + "asked for by \(deployment.requestedBy) \(String(format: "%.0f", age)) s ago"
    }

    /// On a screen long names are shortened, so that what stands behind them can be read.
    private func cells(of report: SlotReport) -> [String] {
        let processes = report.processes.filter(\.isRunning).map(\.name).joined(separator: " ")
        let release = report.slot.occupant?.release.description ?? ""
        return [
            "  \(report.slot.name)", report.slot.role.rawValue, shorten(release, to: 0.35),
            shorten(processes, to: 0.35), report.inFlight.map(String.init) ?? "?",
        ]
    }

    // MARK: - Problems

    private func problemLines(in size: Size, atMost limit: Int) -> [Line] {
        var lines: [Line] = []
        for (index, problem) in report.problems.enumerated() {
            let wrapped = "! \(problem)".wrapped(to: size.columns).map { Line(text: $0, kind: .problem) }
            let isLast = index == report.problems.count - 1
            // A blank line before all of them, and one kept for how many there are more.
            guard 1 + lines.count + wrapped.count + (isLast ? 0 : 1) <= limit else {
                let left = report.problems.count - index
                lines.append(Line(text: "! … and \(left) more: switchyard status | grep '^!'", kind: .problem))
                break
            }
            lines += wrapped
        }
        return lines.isEmpty ? [] : [Line(text: "")] + lines
    }

    // MARK: - Widths

    private func shorten(_ text: String, to share: Double) -> String {
        guard let size else { return text }
        return text.clipped(to: Int(Double(size.columns) * share))
    }

    private func clip(_ line: Line, to columns: Int) -> Line {
        Line(text: line.text.clipped(to: columns), kind: line.kind)
    }
}

extension String {
    /// The text, or as much of its beginning as fits with a sign that there is more.
    fileprivate func clipped(to columns: Int) -> String { count > columns ? "\(prefix(columns - 1))…" : self }

    /// The text in lines of at most this length, broken between words; further lines are indented.
    fileprivate func wrapped(to columns: Int) -> [String] {
        var lines: [String] = []
        for word in split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, last.count + 1 + word.count <= columns {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(lines.isEmpty ? String(word) : "  \(word)")
            }
        }
        return lines
    }
}
