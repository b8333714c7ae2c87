import Domain
import Logging

extension EnvironmentDeployer {
    /// Makes the proxy agree with the table and takes up the deployment that an earlier process left unfinished.
    ///
    /// While the records cannot be read (full disk), housekeeping tries again; going back works meanwhile.
    func recover() async {
        await parts.journal.noteNumber(table.lastDeployment)
        await bringProxyUpToDate()
        await concludeMaintenance()
        await parts.journal.fold()
        do {
            isRecovered = try await takeUpUnfinished()
            recoveryFault = nil
        } catch {
            // It is tried every few seconds, and one line says enough.
            if recoveryFault != "\(error)" {
                parts.logger.error("the records cannot be read yet", metadata: ["error": "\(error)"])
            }
            recoveryFault = "\(error)"
        }
    }

    private func bringProxyUpToDate() async {
        do {
            try await world.router.place(table)
            try await world.router.route(table)
        } catch {
            parts.logger.warning("the proxy could not be brought up to date", metadata: ["error": "\(error)"])
        }
    }

    /// False while a rollback that could not wait for the records is under way: what it leaves is looked at after it.
    ///
    /// Throws while the deployment cannot be taken up, which leaves it to the next round of housekeeping.
    private func takeUpUnfinished() async throws -> Bool {
        guard active == nil, !isOpening else { return false }
        guard let unfinished = try await parts.journal.unfinished(in: environment.name) else { return true }
        let lease = try await parts.journal.takeOver(unfinished, as: parts.process, at: parts.now())
        let sequence = try await parts.journal.completeEntries(of: unfinished.id).last?.sequence ?? 0
        let isSuperseded = await parts.journal.history(of: environment.name, last: 1).contains { $0.id > unfinished.id }
        guard active == nil, !isOpening else { return false }
        begin(unfinished, lease: lease, sequence: sequence)
        // It is driven only after the next entry is written, so that no two are written at once.
        defer { wake.yield() }
        do {
            if isSuperseded, unfinished.kind == .deploy, !unfinished.isGoingBack {
                try await record(.rollbackRequested(reason: "a rollback was begun before it could be taken up"))
            } else if let step = unfinished.step {
                try await record(
                    .resumed(reason: "the control plane ended during '\(step.title)' and does it again"))
            }
        } catch {
            await turnBackUnwritten(because: "\(error)")
        }
        return true
    }

    func driveWhatComes() async {
        for await _ in wakes {
            if active != nil { await drive() }
            if Task.isCancelled { return }
        }
    }

    /// Does step after step until the deployment has ended, or this process is told to end.
    private func drive() async {
        do {
            if active?.deployment.state == .planned { try await record(.begun) }
            while let active, let step = active.deployment.step {
                if let why = active.recall.reason, active.deployment.isRecallable || !active.deployment.isGoingBack {
                    try await recordRecall(because: why)
                    continue
                }
                try await write(.intent(step))
                let event = await performUnlessRecalled(step, recall: active.recall)
                guard let event else { return }
                if case .rollbackRequested(let why) = event {
                    try await recordRecall(because: why)
                } else {
                    try await record(event)
                }
                if case .failed(.switchBack, _) = event { try? await Task.sleep(for: Limits.switchBackPause) }
            }
            await conclude()
        } catch {
            if !Task.isCancelled {
                parts.logger.error("the deployment cannot go on", metadata: ["error": "\(error)"])
            }
            await turnBackUnwritten(because: "\(error)")
        }
    }

    /// Writes a recall down and uses it up, so that it does not count again on the way back.
    private func recordRecall(because why: String) async throws {
        let wasWatching = active?.deployment.state == .goingBack(.watchRecovery)
        try await record(.rollbackRequested(reason: why))
        // One that ends the watch over a recovery ends the clearing-up too, once the evidence is kept.
        if !wasWatching { active?.recall = Recall() }
    }

    /// Does a step while listening for a recall; nil when this process is ending and the step is left to the next.
    private func performUnlessRecalled(_ step: Step, recall: Recall) async -> Deployment.Event? {
        let mayBeRecalled = active?.deployment.isRecallable ?? false
        let event = await withTaskGroup(of: Deployment.Event?.self) { group in
            group.addTask { await self.attempt(step) }
            if mayBeRecalled {
                group.addTask { await recall.wait().map { .rollbackRequested(reason: $0) } }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if case .completed = event { return event }
        return Task.isCancelled ? nil : event
    }

    private func attempt(_ step: Step) async -> Deployment.Event? {
        guard let deployment = active?.deployment else { return nil }
        do {
            return .completed(step, try await perform(step, of: deployment))
        } catch {
            return Task.isCancelled ? nil : .failed(step, reason: parts.redacting("\(error)"))
        }
    }

    private func conclude() async {
        guard let finished = active else { return }
        parts.logger.info(
            "deployment ended",
            metadata: [
                "deployment": "\(finished.deployment.id)", "outcome": "\(finished.deployment.outcome?.rawValue ?? "")",
            ]
        )
        if let lease = finished.lease { await parts.journal.release(lease) }
        if finished.trial != nil { await world.telemetry.end(environment.name) }
        active = nil
    }

    /// The records cannot be written (full disk): forward is closed, so the way back is taken through the spool.
    ///
    /// A write that was cancelled because this process is ending is no such failure: the next process goes on.
    private func turnBackUnwritten(because why: String) async {
        guard !Task.isCancelled else { return }
        guard let deployment = active?.deployment, deployment.outcome == nil else { return await conclude() }
        do {
            let event = deployment.step.map { Deployment.Event.failed($0, reason: why) }
            try await record(event ?? .rollbackRequested(reason: why), spooled: true)
            wake.yield()
        } catch {
            parts.logger.critical("the deployment is stuck", metadata: ["error": "\(error)"])
            active = nil
        }
    }
}
