import Foundation

/// The rules about what entries mean together: every intent its result, every production deployment its approvals.
///
/// - An intent has exactly one result after it; `interrupted` is one. Those that `audit.under_way` names, which is recorded
///   when the log is exported, may lack it, and so may those that are announced just after it.
/// - The intent of `deployment.open` or `database.contract` with the detail `approvals_required` above 0 has so many
///   `approval.grant` before it, of the same plan and environment, by different people who are neither its actor nor its
///   `requested_by`, at most 24 hours old; and for each role of `roles_required` one of them who had that role.
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
        /// The roles with which it counted.
        let roles: Set<String>
        /// The request that it is for; nil where none is named.
        let request: String?
    }

    private(set) var findings: [Finding] = []
    private(set) var notes: [String] = []
    /// The highest minimum that an entry recorded.
    private(set) var recordedMinimum = 0
    /// When each was announced.
    private var openIntents: [Int: Int] = [:]
    /// What was said last to be under way, by which entry, and when.
    private var underWay: (intents: Set<Int>, entry: Int, at: Int)?
    private var approvals: [PlanKey: [Approval]] = [:]
    private var breakGlass = BreakGlassRules()
    private var latest = 0
    private var firstTime: Int?

    /// Takes what a bundle told; bundles come in order. `minimum` is the first entry that is there.
    mutating func add(_ check: BundleCheck, minimum: Int) {
        firstTime = firstTime ?? check.firstTime
        latest = max(latest, check.lastTime)
        for announcement in check.announcements { note(announcement, minimum: minimum) }
        for record in check.remarkable { note(record, minimum: minimum) }
    }

    /// Says what is still open at the end.
    mutating func finish(now: Int) {
        let known = Set(openIntents.filter(isUnderWay).keys)
        if !known.isEmpty {
            notes.append(
                "\(known.count) acts were under way when the record was exported: "
                    + known.sorted().prefix(20).map { "\($0)" }.joined(separator: ", ") + ".")
        }
        for intent in openIntents.keys.sorted() where !known.contains(intent) {
            add(.openIntent, intent, "Entry \(intent) announces an act, and its result is not recorded.")
        }
        breakGlass.finish(now: now)
        findings += breakGlass.findings
        notes += breakGlass.notes
    }

    /// Whether an open intent was named when the log was exported, or was announced just afterwards.
    private func isUnderWay(_ intent: Int, announcedAt at: Int) -> Bool {
        guard let underWay, latest - underWay.at <= Limits.hour else { return false }
        if intent > underWay.entry { return true }
        return underWay.intents.contains(intent) && underWay.at - at <= Limits.day
    }

    private mutating func note(_ announcement: BundleCheck.Announcement, minimum: Int) {
        guard let intent = announcement.answers else {
            openIntents[announcement.sequence] = announcement.at
            return
        }
        if openIntents.removeValue(forKey: intent) == nil, !(0..<minimum).contains(intent) {
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
        case .underWay: noteUnderWay(record)
        case .deploymentOpen, .databaseContract:
            guard record.phase == SealedEntry.Phase.intent.rawValue else { return }
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
        let key = PlanKey(plan: plan, environment: environment)
        // What was pruned long ago and what nobody needs: of each plan the newest count.
        if approvals[key, default: []].count >= Limits.approvalsOfPlan { approvals[key]?.removeFirst() }
        approvals[key, default: []].append(
            Approval(
                actor: record.actor, at: record.at, roles: Self.words(record.details["roles"]), request: record.target))
    }

    private mutating func noteUnderWay(_ record: AuditRecord) {
        guard record.actor == AuditActor.system.id else { return }
        underWay = (
            Set(Self.words(record.details["entries"]).compactMap { Int($0) }), record.sequence, record.at
        )
    }

    /// A list with commas.
    private static func words(_ text: String?) -> Set<String> {
        Set((text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
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
        let valid = validApprovals(of: record, notBy: actors)
        let count = Set(valid.map(\.actor)).count
        let roles = Self.list(record.details["roles_required"])
        let unmet = Self.unmet(roles[...], by: valid)
        guard count < required || !unmet.isEmpty else { return }
        let lack = count < required ? "\(count) of \(required) valid approvals" : "no approval by \(unmet[0])"
        let shortage = "Entry \(record.sequence) changes its environment with \(lack)"
        if record.flags.contains(AuditFlag.breakGlass.rawValue) { return }
        if mayBePruned(before: record, minimum) {
            notes.append("\(shortage); others may have been pruned, so this can't be told.")
        } else {
            add(.approvalsMissing, record.sequence, "\(shortage) and without break-glass.")
        }
    }

    private func validApprovals(of deployment: AuditRecord, notBy actors: Set<String>) -> [Approval] {
        guard let plan = deployment.plan, let environment = deployment.environment else { return [] }
        let request = deployment.details["request"]
        return (approvals[PlanKey(plan: plan, environment: environment)] ?? []).filter {
            !actors.contains($0.actor) && (0...Limits.day).contains(deployment.at - $0.at)
                && (request == nil || $0.request == request)
        }
    }

    /// Roles in their order, each as often as it is needed; more than anybody asks for are no list.
    private static func list(_ text: String?) -> [String] {
        let roles = (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return roles.count <= Limits.rolesRequired ? roles : ["\(roles.count) roles"]
    }

    /// The needed roles that nobody is left for: no person counts for two.
    private static func unmet(_ roles: ArraySlice<String>, by approvals: [Approval]) -> [String] {
        guard let role = roles.first else { return [] }
        var fewest = [role] + unmet(roles.dropFirst(), by: approvals)
        var tried: Set<String> = []
        for approval in approvals where approval.roles.contains(role) && tried.insert(approval.actor).inserted {
            let rest = unmet(roles.dropFirst(), by: approvals.filter { $0.actor != approval.actor })
            if rest.count < fewest.count { fewest = rest }
            if fewest.isEmpty { break }
        }
        return fewest
    }

    /// Whether what came shortly before an entry may have been pruned.
    private func mayBePruned(before record: AuditRecord, _ minimum: Int) -> Bool {
        guard minimum > 0, let firstTime else { return false }
        return record.at - firstTime < Limits.day
    }
}
