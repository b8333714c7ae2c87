import Domain

extension EnvironmentDeployer {
    func switchBack(_ deployment: Deployment) async throws -> StepReport {
        let started = ContinuousClock.now
        try leave(deployment)
        try await world.router.route(table)
        let milliseconds = (ContinuousClock.now - started).milliseconds
        let target = table.stable.flatMap { $0.occupant?.release.description } ?? "no release: there was none before"
        return StepReport(
            "all new requests go to \(target), confirmed after \(milliseconds.formatted) ms",
            milliseconds: milliseconds
        )
    }

    func restoreProcesses(_ deployment: Deployment) async throws -> StepReport {
        let left = table.slot(of: deployment.subject)?.name
        if let left {
            try await world.runtime.stop(.worker, in: left, of: environment.name, waiting: nil)
            try await world.runtime.stop(.singleton, in: left, of: environment.name, waiting: stopDeadline)
        }
        guard let stable = table.stable else { return StepReport() }
        try await world.runtime.verify(stable.name, of: environment.name)
        try await world.runtime.start(.singleton, in: stable.name, of: environment.name)
        try await world.runtime.start(.worker, in: stable.name, of: environment.name)
        return StepReport("workers run in \(stable.name)")
    }

    func keepEvidence(_ deployment: Deployment) async throws -> StepReport {
        let bundle = EvidenceBundle(folder: parts.evidenceFolder, deployment: deployment.id)
        var slots: [EvidenceBundle.SlotEvidence] = []
        for slot in table.slots where slot.occupant != nil && slot.role != .kept {
            slots.append(
                EvidenceBundle.SlotEvidence(
                    slot: slot,
                    processes: (try? await world.runtime.processes(in: slot.name, of: environment.name)) ?? [],
                    findings: await findings(in: slot),
                    log: (try? await world.runtime.logLines(
                        in: slot.name, of: environment.name, last: Limits.evidenceLogLines
                    )) ?? []
                )
            )
        }
        let journal = await parts.journal.entries(of: deployment.id)
        // Where the records cannot be read, the rest is worth keeping.
        let trial = try? await EvidenceBundle.TrialEvidence(of: deployment.id, in: parts.verdicts)
        try bundle.write(deployment: deployment, journal: journal, table: table, slots: slots, trial: trial)
        return StepReport("evidence in \(bundle.path)")
    }

    func discard(_ deployment: Deployment) async throws -> StepReport {
        try leave(deployment)
        guard let slot = table.slot(of: deployment.subject), slot.role == .rejected else {
            return StepReport("no slot is to be cleared")
        }
        try await retire(slot)
        return StepReport("\(slot.name) is free again")
    }

    /// Turns the table away from the deployment's release; a table that has left it already stays as it is.
    private func leave(_ deployment: Deployment) throws {
        guard let role = table.slot(of: deployment.subject)?.role, role == .candidate || role == .stable else {
            return
        }
        let now = parts.now()
        try change { try $0.rollBack(to: deployment.kind == .rollback ? deployment.previous : nil, at: now) }
    }
}
