import Domain
import Foundation
import Judging

extension EnvironmentDeployer {
    /// Does one step; each may be done again after it was interrupted anywhere.
    func perform(_ step: Step, of deployment: Deployment) async throws -> StepReport {
        switch step {
        case .admit: try await admit(deployment)
        case .backUp: try await backUp(deployment)
        case .rehearse: try await rehearse(deployment)
        case .expand: try await expand(deployment)
        case .prepare: try await prepare(deployment)
        case .warm: try await warm(deployment)
        case .canary: try await pass(.canary, of: deployment).report
        case .split: try await pass(.split, of: deployment).report
        case .switchTraffic: try await switchTraffic(deployment)
        case .drain: try await drain(deployment)
        case .bake: try await bake(deployment)
        case .commit: try await commit(deployment)
        case .contract: try await contract(deployment)
        case .switchBack: try await switchBack(deployment)
        case .restoreProcesses: try await restoreProcesses(deployment)
        case .watchRecovery: try await watchRecovery(deployment)
        case .keepEvidence: try await keepEvidence(deployment)
        case .discard: try await discard(deployment)
        }
    }

    private func admit(_ deployment: Deployment) async throws -> StepReport {
        try await world.catalog.verify(deployment.release.digest)
        try await admitSchema(deployment)
        guard deployment.kind != .contract else { return StepReport("\(deployment.release) serves") }
        let wait = policy.drainSeconds + policy.closeSpreadSeconds + policy.stopSeconds + 10
        let deadline = ContinuousClock.now + .seconds(wait)
        while true {
            do {
                var claimed = SlotName(number: 1)
                try change { claimed = try $0.claim(for: deployment.release, deployment: deployment.id) }
                return StepReport("slot \(claimed)")
            } catch SlotTableError.noFreeSlot {
                guard ContinuousClock.now < deadline else {
                    throw DeploymentsError.noSlotInTime(environment.name, seconds: Int(wait))
                }
                try await Task.sleep(for: Limits.probeInterval)
            }
        }
    }

    private func prepare(_ deployment: Deployment) async throws -> StepReport {
        let slot = try slotOf(deployment)
        guard let occupant = slot.occupant else { throw DeploymentsError.unknownDeployment(deployment.id) }
        let ports = try await world.runtime.prepare(
            occupant, in: slot.name, of: environment, variables: deployment.variables)
        try change { try $0.assign(ports: ports, to: slot.name) }
        let remark = try await world.router.place(table)
        let instances = "\(ports.count) web instance\(ports.count == 1 ? "" : "s") in \(slot.name)"
        return StepReport([instances, remark].compactMap(\.self).joined(separator: "; "))
    }

    private func switchTraffic(_ deployment: Deployment) async throws -> StepReport {
        let old = table.stable?.name
        let new = try slotOf(deployment).name
        let started = ContinuousClock.now
        if !deployment.isInStages { await lookAtMetricsBeforeUsers() }
        let heldBack = deployment.isInStages ? policy.verdict.holdbackShare : 0
        try await draw(Split.whole - heldBack, for: deployment)
        let milliseconds = (ContinuousClock.now - started).milliseconds
        if let old {
            try await judging(deployment, in: .full) {
                try await self.world.runtime.stop(
                    .singleton, in: old, of: self.environment.name, waiting: self.stopDeadline)
            }
        }
        try await world.runtime.start(.singleton, in: new, of: environment.name)
        try await world.runtime.start(.worker, in: new, of: environment.name)
        let what = heldBack == 0 ? "all" : "all but \(heldBack.percent) of the"
        return StepReport(
            "\(what) new requests go to \(new), confirmed after \(milliseconds.formatted) ms",
            milliseconds: milliseconds
        )
    }

    private func drain(_ deployment: Deployment) async throws -> StepReport {
        guard let old = table.stable?.name else { return StepReport("there was no release before") }
        if table.split.share != Split.whole { try await draw(Split.whole, for: deployment) }
        let open = try await watching(deployment) { try await self.waitUntilDrained(old) }
        let requests = open.requests == 1 ? "1 request is" : "\(open.requests) requests are"
        let left =
            open.requests == 0
            ? "no request is left on \(old)"
            : "\(requests) left on \(old) after \(Int(policy.drainSeconds)) s"
        let longLived = "\(open.longLived) long-lived connection\(open.longLived == 1 ? "" : "s")"
        return StepReport(open.longLived == 0 ? left : "\(left), \(longLived) until it is retired")
    }

    private func commit(_ deployment: Deployment) async throws -> StepReport {
        if table.candidate?.occupant?.deployment == deployment.id {
            let now = parts.now()
            try change { try $0.commit(at: now) }
        }
        try await world.router.route(table)
        if let previous = table.waysBack.first {
            try await world.runtime.stop(.worker, in: previous.name, of: environment.name, waiting: nil)
        }
        let ways = table.waysBack.prefix(policy.keepReleases).compactMap { $0.occupant?.release.description }
        return StepReport(ways.isEmpty ? nil : "kept warm as ways back: \(ways.joined(separator: ", "))")
    }

    var stopDeadline: Duration { .seconds(policy.stopSeconds) }

    func slotOf(_ deployment: Deployment) throws -> Slot {
        guard let slot = table.slot(of: deployment.subject) else {
            throw SlotTableError.noCandidate(environment.name)
        }
        return slot
    }

    /// Waits until a slot has no request any more; answers what is left then, or at the deadline. Websockets and event
    /// streams are not waited for.
    ///
    /// A proxy that does not answer (it is being started again) is asked again until then.
    func waitUntilDrained(_ slot: SlotName) async throws -> InFlight {
        let deadline = ContinuousClock.now + .seconds(policy.drainSeconds)
        while true {
            do {
                let open = try await world.router.inFlight(environment.name, slot)
                if open.requests == 0 || ContinuousClock.now >= deadline { return open }
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
            }
            try await Task.sleep(for: Limits.drainInterval)
        }
    }
}

extension Duration {
    /// The duration in milliseconds, with its fraction.
    var milliseconds: Double {
        Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
    }
}

extension Double {
    /// One digit after the point.
    var formatted: String { String(format: "%.1f", self) }
}
