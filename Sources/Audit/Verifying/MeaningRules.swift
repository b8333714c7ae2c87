/// The rules about what entries mean together: every intent its result, every production deployment its approvals.
///
/// - An intent has exactly one result after it; `interrupted` is one.
/// - The intent of `deployment.open` with the detail `approvals_required` above 0 has so many `approval.grant` before
///   it, of the same plan and environment, by different people who are neither its actor nor its `requested_by`, at most
///   24 hours old.
/// - Or it was done under break-glass, whose rules are in `BreakGlassRules`.
struct MeaningRules {
    typealias Finding = VerificationReport.Finding

    private struct PlanKey: Hashable {
        let plan: String
        let environment: String
    }

    private struct Approval {
        let actor: String
        let at: Int
    }

    private(set) var findings: [Finding] = []
    private(set) var notes: [String] = []
    /// The highest minimum that an entry recorded.
    private(set) var recordedMinimum = 0
    private var openIntents: Set<Int> = []
    private var approvals: [PlanKey: [Approval]] = [:]
    private var breakGlass = BreakGlassRules()
    private var latest = 0
    private var firstTime: Int?

    /// Takes what a bundle told; bundles come in order. `minimum` is the first entry that is there.
    mutating func add(_ check: BundleCheck, minimum: Int) {
        firstTime = firstTime ?? check.firstTime
        for announcement in check.announcements { note(announcement, minimum: minimum) }
        for record in check.remarkable { note(record, minimum: minimum) }
    }

    /// Says what is still open at the end.
    mutating func finish(now: Int) {
        for intent in openIntents.sorted() {
            add(.openIntent, intent, "Entry \(intent) announces an act, and its result is not recorded.")
        }
        breakGlass.finish(now: now)
        findings += breakGlass.findings
        notes += breakGlass.notes
    }

    private mutating func note(_ announcement: BundleCheck.Announcement, minimum: Int) {
        guard let intent = announcement.answers else {
            openIntents.insert(announcement.sequence)
            return
        }
        if openIntents.remove(intent) == nil, !(0..<minimum).contains(intent) {
            add(
                .unknownIntent, announcement.sequence,
                "Entry \(announcement.sequence) is the result of entry \(intent), which is no open intent.")
        }
    }

    private mutating func note(_ record: AuditRecord, minimum: Int) {
        latest = max(latest, record.at)
        let isUnderBreakGlass = record.flags.contains(AuditFlag.breakGlass.rawValue)
        if isUnderBreakGlass || record.action.hasPrefix("break_glass.") {
            breakGlass.note(record, mayBePruned: mayBePruned(before: record, minimum))
        }
        switch AuditAction(rawValue: record.action) {
        case .approvalGrant: noteApproval(record)
        case .prune: recordedMinimum = max(recordedMinimum, record.details["minimum"].flatMap { Int($0) } ?? 0)
        case .deploymentOpen where record.phase == SealedEntry.Phase.intent.rawValue:
            noteDeployment(record, minimum: minimum)
        default: break
        }
    }

    private mutating func add(_ kind: Finding.Kind, _ entry: Int, _ sentence: String) {
        findings.append(Finding(kind: kind, entry: entry, sentence: sentence))
    }
}

extension MeaningRules {
    private mutating func noteApproval(_ record: AuditRecord) {
        guard let plan = record.plan, let environment = record.environment,
            record.phase == SealedEntry.Phase.event.rawValue, record.outcome != AuditOutcome.refused.rawValue
        else { return }
        if approvals.count >= Limits.approvedPlans { forgetOldApprovals() }
        approvals[PlanKey(plan: plan, environment: environment), default: []]
            .append(Approval(actor: record.actor, at: record.at))
    }

    private mutating func forgetOldApprovals() {
        approvals = approvals.filter { $0.value.contains { $0.at + Limits.day >= latest } }
    }

    private mutating func noteDeployment(_ record: AuditRecord, minimum: Int) {
        guard let text = record.details["approvals_required"] else { return }
        guard let required = Int(text), required >= 0 else {
            return add(
                .approvalsMissing, record.sequence,
                "Entry \(record.sequence) does not say how many approvals its deployment needs: '\(text.prefix(40))'.")
        }
        let actors = Set([record.actor, record.details["requested_by"]].compactMap(\.self))
        let count = validApprovals(of: record, notBy: actors)
        guard count < required else { return }
        let shortage = "Entry \(record.sequence) deploys with \(count) of \(required) valid approvals"
        if record.flags.contains(AuditFlag.breakGlass.rawValue) { return }
        if mayBePruned(before: record, minimum) {
            notes.append("\(shortage); others may have been pruned, so this can't be told.")
        } else {
            add(.approvalsMissing, record.sequence, "\(shortage) and without break-glass.")
        }
    }

    private func validApprovals(of deployment: AuditRecord, notBy actors: Set<String>) -> Int {
        guard let plan = deployment.plan, let environment = deployment.environment else { return 0 }
        let valid = (approvals[PlanKey(plan: plan, environment: environment)] ?? []).filter {
            !actors.contains($0.actor) && (0...Limits.day).contains(deployment.at - $0.at)
        }
        return Set(valid.map(\.actor)).count
    }

    /// Whether what came shortly before an entry may have been pruned.
    private func mayBePruned(before record: AuditRecord, _ minimum: Int) -> Bool {
        guard minimum > 0, let firstTime else { return false }
        return record.at - firstTime < Limits.day
    }
}
