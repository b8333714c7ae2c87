package import Domain
import Logging

/// What people ask for: a plan, a deployment, the way back.
extension EnvironmentDeployer {
    /// Says what deploying a release would do, and changes nothing.
    package func plan(_ release: Release, strategy: VerdictPolicy.Strategy? = nil) async throws -> Plan {
        let pending = try await world.database.pendingMigrations(of: release, in: environment)
        try await refuseBelowFloor(release, pending)
        let variables = try await world.runtime.variables(
            for: release, in: environment, beside: table.stable?.name)
        return try Planner(environment: environment, table: table, strategy: strategy)
            .plan(for: release, beside: await servingRelease(), pending: pending, variables: variables)
    }

    /// The release that serves; nil before the first deployment, and where it can no longer be read.
    private func servingRelease() async -> Release? {
        guard let serving = table.stable?.occupant?.release else { return nil }
        return try? await world.catalog.release(serving.digest)
    }

    /// Opens the deployment of a release; throws `LeaseHeld` while another one is under way.
    ///
    /// With `planDigest`, only the plan that has this digest is carried out.
    ///
    /// `strategy` stands in for the environment's own.
    package func deploy(
        _ release: Release, by requester: String, planDigest: String?, strategy: VerdictPolicy.Strategy? = nil
    ) async throws -> Deployment {
        try await requireRecovery()
        try await refuseWhileBusy()
        let plan = try await plan(release, strategy: strategy)
        let digest = try plan.digest(for: environment)
        if let planDigest, planDigest != digest {
            throw DeploymentsError.planChanged(expected: planDigest, actual: digest)
        }
        return try await openWithLease { id in
            Deployment(
                id: id, environment: self.environment.name, kind: .deploy, release: release.reference,
                previous: self.table.stable?.occupant?.release, requestedBy: requester, planDigest: digest,
                // None is a choice too: what is set from now on waits for a plan that names it.
                inStages: plan.isInStages, variables: plan.variables?.versions ?? VariableVersions(),
                createdAt: self.parts.now())
        }
    }

    /// Whether a release has been committed here before, as far as the newest deployments tell.
    package func hasServed(_ release: ReleaseReference) async -> Bool {
        await parts.journal.history(of: environment.name, last: Limits.rememberedDeployments).contains {
            $0.kind == .deploy && $0.outcome == .committed && $0.release.digest == release.digest
        }
    }

    private func openWithLease(_ make: (DeploymentID) -> Deployment) async throws -> Deployment {
        try await opening {
            let deployment = make(await parts.journal.nextNumber())
            let lease = try await parts.journal.open(deployment, as: parts.process, at: parts.now())
            begin(deployment, lease: lease)
            wake.yield()
            return deployment
        }
    }

    /// Says what a contraction would do, and changes nothing.
    package func planContraction() async throws -> Plan {
        try Planner(environment: environment, table: table)
            .contractionPlan(pending: await pendingMigrationsOfStable())
    }

    /// Opens a contraction: takes away from the database what no serving or kept release uses any more.
    package func contract(by requester: String, planDigest: String?) async throws -> Deployment {
        try await requireRecovery()
        try await refuseWhileBusy()
        let plan = try await planContraction()
        let digest = try plan.digest(for: environment)
        if let planDigest, planDigest != digest {
            throw DeploymentsError.planChanged(expected: planDigest, actual: digest)
        }
        return try await openWithLease { id in
            Deployment(
                id: id, environment: self.environment.name, kind: .contract, release: plan.release,
                previous: plan.release,
                requestedBy: requester, planDigest: digest, createdAt: self.parts.now())
        }
    }

    private func pendingMigrationsOfStable() async throws -> PendingMigrations {
        guard let stable = table.stable?.occupant else { throw DeploymentsError.nothingDeployed(environment.name) }
        let release = try await world.catalog.release(stable.release.digest)
        return try await world.database.pendingMigrations(of: release, in: environment)
    }

    /// Takes the deployment under way back, or goes back from the stable release to the one before it.
    ///
    /// It waits for no step and no disk, and only briefly for the records of a control plane that has just started; a
    /// commit that is under way is let through first.
    package func rollBack(by requester: String, reason: String) async throws -> Deployment {
        let why = "\(requester): \(reason)"
        try await waitForRecovery(atMost: Limits.recoveryWaitGoingBack)
        try await waitWhileOpening()
        if let active, active.deployment.kind == .contract {
            // Users are not on their way anywhere: it ends where it stands, and its next run continues.
            active.recall.ask(because: why)
            try await waitUntilEnded(atMost: Limits.contractionWait)
        }
        if let active, active.deployment.canGoBack {
            active.recall.ask(because: why)
            return active.deployment
        }
        if let active, active.deployment.isGoingBack, !active.deployment.isClearingUp {
            // Users are just being brought back: asking twice changes nothing.
            return active.deployment
        }
        if let active, active.deployment.isClearingUp {
            _ = try await wayBack()
            active.recall.ask(because: why)
        }
        try await waitUntilEnded()
        let (leaving, target) = try await wayBack()
        // A deployment that was opened meanwhile is what is to be taken back.
        guard active == nil, !isOpening else { return try await rollBack(by: requester, reason: reason) }
        return try await opening {
            let deployment = Deployment(
                id: await parts.journal.nextNumber(), environment: environment.name, kind: .rollback,
                release: leaving.release, previous: target?.release, subject: leaving.deployment,
                requestedBy: requester, reason: reason, createdAt: parts.now()
            )
            await parts.journal.openWithoutWaiting(deployment)
            noteNumber(of: deployment)
            begin(deployment, lease: nil)
            wake.yield()
            return deployment
        }
    }

    /// What a rollback leaves and where it goes: from an abandoned candidate, or from the stable release to a kept one.
    ///
    /// A kept release whose web instances are all dead is no way back, unless the proxy cannot be asked.
    private func wayBack() async throws -> (leaving: Occupant, target: Occupant?) {
        if let candidate = table.candidate?.occupant { return (candidate, table.stable?.occupant) }
        guard let stable = table.stable?.occupant else { throw DeploymentsError.nothingDeployed(environment.name) }
        guard let first = table.waysBack.first?.occupant else { throw SlotTableError.noWayBack(environment.name) }
        for slot in table.waysBack {
            let healthy = try? await world.router.healthyServers(environment.name, slot.name)
            if let kept = slot.occupant, healthy != 0 { return (stable, kept) }
        }
        throw DeploymentsError.deadWayBack(first.release, environment.name)
    }

    private func refuseWhileBusy() async throws {
        guard let active else { return }
        let lease =
            active.lease
            ?? Lease(
                environment: environment.name, deployment: active.deployment.id, holder: active.deployment.requestedBy,
                process: parts.process, since: active.deployment.createdAt, fence: 0
            )
        throw LeaseHeld(lease: lease, now: parts.now())
    }

    /// Lets one request at a time open a deployment: the actor takes others while this one waits.
    private func opening(_ open: () async throws -> Deployment) async throws -> Deployment {
        try await waitWhileOpening()
        isOpening = true
        defer { isOpening = false }
        try await refuseWhileBusy()
        return try await open()
    }

    func begin(_ deployment: Deployment, lease: Lease?, sequence: Int = 0) {
        active = Active(deployment: deployment, lease: lease, sequence: sequence, recall: Recall())
    }

    /// The slot tables know the numbers while the records cannot be read; a table that cannot be written forgets one.
    private func noteNumber(of deployment: Deployment) {
        do {
            try change { $0.note(deployment.id) }
        } catch {
            parts.logger.warning("the slot table could not be written", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: - Waiting for what is under way

extension EnvironmentDeployer {
    private func waitWhileOpening() async throws {
        let deadline = ContinuousClock.now + Limits.openingWait
        while isOpening {
            guard ContinuousClock.now < deadline else {
                throw DeploymentsError.notReady("another deployment is just being opened")
            }
            try await Task.sleep(for: Limits.commitInterval)
        }
    }

    /// Throws what keeps the records from being read: nothing new begins before they were.
    private func requireRecovery() async throws {
        try await waitForRecovery(atMost: Limits.recoveryWait)
        guard !isRecovered else { return }
        throw DeploymentsError.notReady(
            recoveryFault ?? "what an earlier process left is still being taken up; try again in a moment")
    }

    /// Lets the recovery take up an unfinished deployment first: just after the start there is one that is not known yet.
    private func waitForRecovery(atMost limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while !isRecovered, active == nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: Limits.commitInterval)
        }
    }

    /// Lets a commit or a clearing-up come to its end, so that the rollback after it finds a settled table.
    private func waitUntilEnded(atMost limit: Duration = Limits.commitWait) async throws {
        let deadline = ContinuousClock.now + limit
        while active != nil {
            guard ContinuousClock.now < deadline else {
                throw DeploymentsError.notReady("a deployment is just ending; say 'rollback' again")
            }
            try await Task.sleep(for: Limits.commitInterval)
        }
    }
}
