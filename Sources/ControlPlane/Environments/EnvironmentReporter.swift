import API
import Deployments
import Domain

/// Puts together what an environment looks like now.
struct EnvironmentReporter: Sendable {
    let world: World

    func report(on deployer: EnvironmentDeployer) async -> EnvironmentReport {
        let table = await deployer.table
        let current = await deployer.current
        var slots: [SlotReport] = []
        for slot in table.slots {
            slots.append(await report(on: slot, in: deployer.environment.name, isQuiet: current == nil))
        }
        return EnvironmentReport(
            name: deployer.environment.name,
            domains: deployer.environment.domains,
            maintenance: table.maintenance,
            serving: table.leading?.occupant?.release,
            split: table.split,
            slots: slots,
            current: current.map(DeploymentSummary.init),
            waysBack: waysBack(in: table).compactMap { $0.occupant?.release },
            backfill: deployer.backfill?.sentence,
            verdict: await deployer.verdict,
            question: await deployer.question
        )
    }

    /// Where a rollback goes: while users are on a candidate, first to the release that is still the stable one.
    private func waysBack(in table: SlotTable) -> [Slot] {
        let underTrial = table.split.share > 0 ? [table.stable].compactMap(\.self) : []
        return underTrial + table.waysBack
    }

    /// What is wrong in an environment, each in a sentence.
    func problems(in report: EnvironmentReport) -> [String] {
        decisions(in: report)
            + report.slots.filter { $0.slot.role == .stable || $0.slot.role == .kept }.flatMap { slot in
                slot.processes.filter { !$0.isRunning }.map { process in
                    "\(report.name): \(process.name) of \(slot.slot.role == .stable ? "the serving release" : "a way back") "
                        + "in \(slot.slot.name) does not run"
                        + (process.lastExit.map { "; it \($0) last" } ?? "") + "."
                }
            }
    }

    /// A stage that only a person can end.
    private func decisions(in report: EnvironmentReport) -> [String] {
        guard let verdict = report.verdict, verdict.waitsForDecision else {
            guard let current = report.current, let question = report.question else { return [] }
            return ["\(report.name): deployment \(current.id) waits for a decision. \(question)"]
        }
        return [
            "\(report.name): deployment \(verdict.deployment) waits for a decision, because nothing is proved of "
                + "\(verdict.green.release): 'switchyard verdict \(verdict.deployment)' says why."
        ]
    }

    /// While nothing changes, everything of the serving release has to run; otherwise what was told to.
    private func report(on slot: Slot, in environment: EnvironmentName, isQuiet: Bool) async -> SlotReport {
        guard slot.occupant != nil else { return SlotReport(slot: slot, processes: [], inFlight: nil) }
        let processes = (try? await world.runtime.processes(in: slot.name, of: environment)) ?? []
        return SlotReport(
            slot: slot,
            processes: processes.filter {
                $0.isWanted || $0.kind == .web || (isQuiet && slot.role == .stable)
            }.map {
                ProcessStatus(
                    name: $0.name, isRunning: $0.isRunning, pid: $0.pid.map(Int.init), exits: $0.exits,
                    lastExit: $0.lastExit, warning: $0.warning
                )
            },
            inFlight: try? await world.router.inFlight(environment, slot.name).total
        )
    }
}
