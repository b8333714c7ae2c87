import Crypto
package import Domain
import Foundation

/// Says what a deployment will do, from what is known now.
package struct Planner: Sendable {
    package let environment: EnvironmentDefinition
    package let table: SlotTable
    private let strategy: VerdictPolicy.Strategy

    /// `strategy` stands in for the environment's own.
    package init(environment: EnvironmentDefinition, table: SlotTable, strategy: VerdictPolicy.Strategy? = nil) {
        self.environment = environment
        self.table = table
        self.strategy = strategy ?? environment.policy.verdict.strategy
    }

    /// Stages need a release to compare with.
    private var isInStages: Bool { strategy == .progressive && table.stable != nil }

    /// The plan for a release beside the one that serves; `pending` is what its database lacks.
    package func plan(
        for release: Release, beside serving: Release? = nil, pending: PendingMigrations,
        variables: PlannedVariables? = nil
    ) throws -> Plan {
        try check(release, variables)
        let slot = table.slots.first { $0.role == .empty }?.name ?? SlotName(number: table.slots.count)
        return Plan(
            environment: environment.name,
            release: release.reference,
            replaces: table.stable?.occupant?.release,
            slot: slot,
            steps: steps(for: release, slot: slot, pending: pending.expand),
            migrations: pending.expand,
            needs: needs(of: release, beside: serving, pending: pending.expand),
            waysBack: waysBackAfterwards,
            warnings: warnings(for: release, pending: pending),
            variables: variables
        )
    }

    /// The plan for taking away what the migrations of the serving release contract.
    package func contractionPlan(pending: PendingMigrations) throws -> Plan {
        try admitContraction(of: pending)
        guard let serving = table.stable?.occupant?.release else {
            throw DeploymentsError.nothingDeployed(environment.name)
        }
        let names = pending.contract.joined(separator: ", ")
        let sentences: [(Step, String)] = [
            (.admit, "take the lease of \(environment.name)"),
            (.backUp, "dump the database with pg_dump"),
            (.rehearse, "contract a clone of the backup; refuse while a statement of a serving or kept release breaks"),
            (.contract, "apply the contract of \(names)"),
        ]
        return Plan(
            environment: environment.name, release: serving, replaces: nil, slot: nil,
            steps: sentences.map { PlannedStep(step: $0, sentence: $1) }, migrations: pending.contract,
            needs: [Self.roomForClone],
            waysBack: table.waysBack.compactMap { $0.occupant?.release },
            warnings: ["What it takes away comes back from the backup only."])
    }

    /// Throws where there is nothing to contract, or where a backfill must come first.
    func admitContraction(of pending: PendingMigrations) throws {
        guard !pending.contract.isEmpty else { throw DeploymentsError.nothingToContract(environment.name) }
        let unfilled = pending.contract.filter(pending.backfill.contains)
        guard unfilled.isEmpty else { throw DeploymentsError.backfillMissing(unfilled, environment.name) }
    }

    /// The release that serves can be deployed again where it gets other settings or secrets.
    private func check(_ release: Release, _ variables: PlannedVariables?) throws {
        let asked = environment.webInstances(of: release.manifest)
        guard asked <= environment.policy.maxInstances else {
            throw DeploymentsError.tooManyInstances(
                release.reference, asked: asked, most: environment.policy.maxInstances, environment.name
            )
        }
        let isNew = table.stable?.occupant?.release.digest != release.digest
        guard isNew || variables?.changes.isEmpty == false else {
            throw DeploymentsError.alreadyServing(release.reference, environment.name)
        }
    }

    private var waysBackAfterwards: [ReleaseReference] {
        let next = [table.stable].compactMap { $0 } + table.waysBack
        return next.compactMap { $0.occupant?.release }.prefix(environment.policy.keepReleases).map { $0 }
    }

    private func steps(for release: Release, slot: SlotName, pending: [String]) -> [PlannedStep] {
        let policy = environment.policy
        let probes = release.manifest.probes.count
        let warming = environment.database == .none ? "health" : "health, database"
        let sentences: [(Step, String)] = [
            (.admit, "take the lease of \(environment.name), check the artifact, claim slot \(slot)"),
            (.backUp, pending.isEmpty ? "nothing: no migration is pending" : "dump the database with pg_dump"),
            (.rehearse, rehearsal(of: pending)),
            (
                .expand,
                pending.isEmpty ? "nothing: no migration is pending" : "apply \(pending.joined(separator: ", "))"
            ),
            (.prepare, "unpack \(release.reference) and start its web processes in \(slot)"),
            (
                .warm,
                "wait at most \(policy.warmDeadlineSeconds.seconds) for \(warming) and \(probes) key features"
            ),
        ]
        return
            (sentences + (isInStages ? stages(to: slot) : switchAtOnce(to: slot)) + [
                (.commit, "make it the stable release and keep the one before it warm")
            ]).map { PlannedStep(step: $0, sentence: $1) }
    }

    private func switchAtOnce(to slot: SlotName) -> [(Step, String)] {
        let policy = environment.policy
        return [
            (.switchTraffic, "give all new requests to \(slot), then start its workers"),
            (.drain, "wait at most \(policy.drainSeconds.seconds) for requests in flight"),
            (.bake, "watch it for \(policy.bakeSeconds.seconds), go back by itself when it fails"),
        ]
    }

    private func stages(to slot: SlotName) -> [(Step, String)] {
        let policy = environment.policy
        let verdict = policy.verdict
        let end = verdict.conduct == .act ? "until its health is proved" : "without acting on the verdict"
        return [
            (
                .canary,
                "give \(verdict.canaryShare.percent) of the users to \(slot) for at least \(verdict.canarySeconds.seconds)"
            ),
            (
                .split,
                "give it \(verdict.splitShare.percent) for at least \(verdict.splitSeconds.seconds), \(end)"
            ),
            (
                .switchTraffic,
                "give it all users but \(verdict.holdbackShare.percent), then start its workers"
            ),
            (.bake, "judge it for \(policy.bakeSeconds.seconds) more, go back by itself when it is worse or fails"),
            (.drain, "give it the rest, wait at most \(policy.drainSeconds.seconds) for requests in flight"),
        ]
    }

    private func rehearsal(of pending: [String]) -> String {
        guard !pending.isEmpty else { return "nothing: no migration is pending" }
        guard environment.policy.rehearses else { return "nothing: switched off by 'rehearsal' in switchyard.yaml" }
        return "play them on a clone of the backup, with what \(serving) sends, and there and back"
    }

    private var serving: String { table.stable?.occupant?.release.description ?? "the running release" }

    private func warnings(for release: Release, pending: PendingMigrations) -> [String] {
        var warnings: [String] = []
        if table.stable == nil { warnings.append("It is the first deployment: there is no release to go back to.") }
        if !pending.expand.isEmpty {
            warnings.append("The schema stays expanded after a rollback: \(pending.expand.joined(separator: ", ")).")
        }
        if !pending.irreversible.isEmpty {
            warnings.append("There is no way back of the schema: \(pending.irreversible.joined(separator: ", ")).")
        }
        return warnings + afterwards(of: release, pending: pending)
    }

    private func afterwards(of release: Release, pending: PendingMigrations) -> [String] {
        var sentences: [String] = []
        if !pending.backfill.isEmpty {
            let names = pending.backfill.joined(separator: ", ")
            let folder = release.manifest.migrations ?? "migrations"
            sentences.append(
                environment.policy.backfills
                    ? "When it has committed, the backfill of \(names) runs by itself; 'switchyard status' shows how far."
                    : "Left to you, when it has committed: the backfill of \(names) "
                        + "('switchyard migration apply \(folder) --phase backfill').")
        }
        if !pending.contract.isEmpty {
            sentences.append(
                "Left to you, when no kept release uses what it takes away: the contract of "
                    + "\(pending.contract.joined(separator: ", ")) ('switchyard contract -e \(environment.name)').")
        }
        return sentences
    }
}

extension Plan {
    /// SHA-256 of the plan's canonical bytes and of what the environment gives its processes, in hexadecimal.
    package func digest(for definition: EnvironmentDefinition) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var hash = SHA256()
        hash.update(data: try canonicalBytes())
        // Not shown in the plan itself: it may hold secrets.
        hash.update(data: try encoder.encode(definition))
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }
}

extension Double {
    /// "30 s".
    var seconds: String { self == rounded() ? "\(Int(self)) s" : "\(self) s" }
}

extension Int {
    /// A share of 10,000 as "5 %" or "0.5 %".
    var percent: String {
        self % 100 == 0 ? "\(self / 100) %" : "\(Double(self) / 100) %"
    }
}
