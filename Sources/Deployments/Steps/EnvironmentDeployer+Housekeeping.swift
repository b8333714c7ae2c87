import Domain
import Logging

/// What goes on beside deployments: retiring what the policy no longer keeps, folding the spool.
extension EnvironmentDeployer {
    func keepHouse() async {
        while !Task.isCancelled {
            await parts.journal.fold()
            if !isRecovered { await recover() }
            await retireSurplus()
            await leaveOutHealthChecks()
            try? await Task.sleep(for: Limits.housekeepingInterval)
        }
    }

    /// Tells which requests say nothing of users; the home page always does.
    private func leaveOutHealthChecks() async {
        let digests = occupyingDigests
        guard digests != leftOutHealthChecksOf else { return }
        var paths: Set<String> = []
        for digest in digests {
            guard let health = try? await world.catalog.release(digest).manifest.health else { return }
            paths.formUnion([health.path, health.databasePath].compactMap(\.self))
        }
        await world.telemetry.leaveOut(paths.subtracting(["/"]), of: environment.name)
        leftOutHealthChecksOf = digests
    }

    /// Drains a slot, closes what stays open spread over time, stops its processes and frees it.
    func retire(_ slot: Slot) async throws {
        guard retiring.insert(slot.name).inserted else { return }
        defer { retiring.remove(slot.name) }
        try change { try $0.reject(slot.name) }
        // A proxy that was starting while the split was changed may still send requests here.
        try await world.router.route(table)
        let open = try await waitUntilDrained(slot.name)
        if open.total > 0 {
            try await world.router.closeLongConnections(
                environment: environment.name, slot: slot.name, over: .seconds(policy.closeSpreadSeconds)
            )
        }
        await observeOnceMore()
        try await world.runtime.clear(slot.name, of: environment.name, within: stopDeadline)
        try change { $0.vacate(slot.name) }
        try await world.router.place(table)
        try await world.runtime.removeReleases(of: environment.name) { await self.occupyingDigests }
    }

    private var occupyingDigests: Set<ArtifactDigest> { Set(table.slots.compactMap { $0.occupant?.release.digest }) }

    /// What the policy no longer keeps, and what a deployment that is over left behind.
    private var slotsToRetire: [Slot] {
        let orphaned = table.slots.filter {
            $0.role == .rejected && $0.occupant?.deployment != active?.deployment.subject
        }
        return (table.surplus(under: policy, at: parts.now()) + orphaned).filter { !retiring.contains($0.name) }
    }

    private func retireSurplus() async {
        // Retiring takes long, and a slot may have become a way back again meanwhile.
        for slot in slotsToRetire where slotsToRetire.contains(slot) {
            do {
                try await retire(slot)
                parts.logger.info("slot retired", metadata: ["slot": "\(slot.name)"])
                if let deployment = slot.occupant?.deployment {
                    await parts.journal.note(
                        "\(slot.name) was drained, stopped and freed", on: deployment, at: parts.now())
                }
            } catch {
                parts.logger.warning(
                    "slot could not be retired yet", metadata: ["slot": "\(slot.name)", "error": "\(error)"]
                )
            }
        }
    }
}
