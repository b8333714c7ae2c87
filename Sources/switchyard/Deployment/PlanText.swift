import API
import Domain

/// A plan for people.
struct PlanText {
    let report: PlanReport

    init(_ report: PlanReport) { self.report = report }

    var lines: [String] {
        let plan = report.plan
        let steps = plan.steps.enumerated().map { "  \($0 + 1). \($1.step.title): \($1.sentence)" }
        let changes = (plan.variables?.changes ?? []).map { "It gets \($0)." }
        return [title] + steps + changes + ["It needs \(plan.needs.joined(separator: ", and "))."] + [wayBack]
            + plan.warnings.map { "Note: \($0)" } + ["Plan \(report.digest)"]
    }

    private var title: String {
        let plan = report.plan
        guard plan.slot != nil else { return "Contracting the database of \(plan.environment):" }
        let replaced = plan.replaces?.description ?? "nothing"
        return "Deploying \(plan.release) to \(plan.environment), replacing \(replaced):"
    }

    private var wayBack: String {
        let plan = report.plan
        guard let floor = plan.rollbackFloor else { return "There will be no way back." }
        let ways = plan.waysBack.map(\.description).joined(separator: ", then ")
        return "The way back stays open: \(ways). Rollback floor: \(floor)."
    }
}
