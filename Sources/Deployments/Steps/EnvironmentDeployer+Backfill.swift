import Domain
import Logging
import Synchronization

/// How a backfill goes that runs beside everything else.
package struct BackfillState: Sendable, Equatable {
    /// For people: how far it has come, or why it stands still.
    package var sentence: String
    /// Whether somebody should look at it.
    package var isTrouble: Bool
}

/// What the database is given time for beside deployments: filling new columns, and noting who sends which statements.
extension EnvironmentDeployer {
    /// Runs the pending backfills of the release that serves; gives way to every deployment, and continues after it.
    func keepFilling() async {
        while !Task.isCancelled {
            do {
                try await fillWhatIsPending()
            } catch {
                if !Task.isCancelled {
                    tell(BackfillState(sentence: "\(error)", isTrouble: true))
                    parts.logger.warning("the backfill cannot go on", metadata: ["error": "\(error)"])
                    await waitUnlessBusy(Limits.backfillPause)
                }
            }
            try? await Task.sleep(for: Limits.housekeepingInterval)
        }
    }

    func keepObserving() async {
        while !Task.isCancelled {
            if environment.database != .none, !runningReleases.isEmpty {
                do {
                    try await world.database.observe(environment, running: observedReleases)
                } catch {
                    parts.logger.debug("statements cannot be observed", metadata: ["error": "\(error)"])
                }
            }
            try? await Task.sleep(for: Limits.observationInterval)
        }
    }

    /// One more look before a slot gets another release, which its statements would be taken for.
    func observeOnceMore() async {
        guard environment.database != .none, !runningReleases.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.world.database.observe(self.environment, running: self.observedReleases) }
            group.addTask { try? await Task.sleep(for: Limits.lastObservation) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Candidates too, and releases that are just leaving.
    private var observedReleases: [RunningRelease] {
        table.slots.compactMap { slot in
            slot.occupant.map { RunningRelease(release: $0.release, slot: slot.name, role: slot.role) }
        }
    }

    private func fillWhatIsPending() async throws {
        guard policy.backfills, environment.database != .none, isRecovered, active == nil, !isOpening,
            let stable = table.stable, let occupant = stable.occupant, filledFor != occupant.deployment
        else { return }
        let release = try await world.catalog.release(occupant.release.digest)
        // A database that does not answer is told of already, and is asked again.
        guard let pending = try? await world.database.pendingMigrations(of: release, in: environment) else { return }
        let ready = pending.backfill.filter { !pending.expand.contains($0) }
        if !ready.isEmpty {
            tell(BackfillState(sentence: "the backfill of \(ready.joined(separator: ", ")) begins", isTrouble: false))
            guard let filled = try await fill(release, in: stable) else {
                return tell(BackfillState(sentence: "the backfill waits for the deployment's end", isTrouble: false))
            }
            await parts.journal.note(
                "backfilled \(filled.joined(separator: ", "))", on: occupant.deployment, at: parts.now())
            parts.logger.info("backfilled", metadata: ["migrations": "\(filled.joined(separator: ", "))"])
        }
        tell(nil)
        filledFor = occupant.deployment
    }

    /// Answers what was filled; nil when it gave way to a deployment.
    private func fill(_ release: Release, in slot: Slot) async throws -> [String]? {
        let budget = ErrorBudget(
            answers: { [world, environment] in try? await world.router.answers(environment.name, slot.name) },
            healthFault: { await self.firstHealthFault(of: release.manifest, in: slot)?.sentence })
        return try await withThrowingTaskGroup(of: [String]?.self) { group in
            group.addTask {
                try await self.world.database.backfill(self.environment, of: release) { sentence in
                    self.tell(BackfillState(sentence: sentence, isTrouble: false))
                } trouble: {
                    await budget.trouble()
                }
            }
            group.addTask {
                await self.waitUnlessBusy(nil)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private nonisolated func tell(_ state: BackfillState?) { backfillState.withLock { $0 = state } }

    /// Until a deployment is under way, or was, or the limit is over.
    private func waitUnlessBusy(_ limit: Duration?) async {
        let end = limit.map { ContinuousClock.now + $0 }
        let last = table.lastDeployment
        while active == nil, !isOpening, table.lastDeployment == last, !Task.isCancelled, end.map({ .now < $0 }) ?? true
        {
            try? await Task.sleep(for: Limits.giveWayInterval)
        }
    }
}
