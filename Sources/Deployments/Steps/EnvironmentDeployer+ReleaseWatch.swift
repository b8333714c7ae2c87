import Domain

/// What the looks at a release that users are on have found so far.
struct ReleaseWatch {
    /// Bad answers in a row.
    var badAnswers = 0
    /// When the key features are asked again.
    var nextFeatures = ContinuousClock.now
}

/// How a release is watched from the switch to the commit.
extension EnvironmentDeployer {
    /// Does work while users are on the release already; fails as the bake would as soon as the release does.
    func watching<Value: Sendable>(
        _ deployment: Deployment, while work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await working(watchedBy: { try await self.watch(deployment) }, work)
    }

    /// One look: throws when a process has ended, and when the answers were bad often enough in a row.
    ///
    /// While the release before fails the same probe, the cause lies outside, and going back would not help: that is left to a
    /// person, unless the policy says otherwise.
    func look(
        at slot: Slot, running manifest: ReleaseManifest, for deployment: Deployment, watch: inout ReleaseWatch
    ) async throws {
        try await refuseEndedProcesses(in: slot.name)
        let triggers = policy.verdict.triggers
        var fault = await firstHealthFault(of: manifest, in: slot, among: triggers)
        if fault == nil, ContinuousClock.now >= watch.nextFeatures {
            if triggers.databaseConnection {
                fault = await connectionFinding(of: slot).flatMap { $0.isGood ? nil : $0 }
            }
            if fault == nil, triggers.keyFeatures { fault = await firstFeatureFault(of: manifest, in: slot) }
            watch.nextFeatures = ContinuousClock.now + Limits.featureInterval
        }
        // A probe that was cut short says nothing of the release.
        try Task.checkCancellation()
        guard let fault else {
            watch.badAnswers = 0
            active?.sharedFault = nil
            active?.isUnwell = false
            return
        }
        watch.badAnswers += 1
        active?.isUnwell = true
        watch.nextFeatures = .now
        guard watch.badAnswers >= Limits.badAnswersWhileBaking else { return }
        guard triggers.whenBothFail == .hold, try await !fails(slot, alone: fault, for: deployment) else {
            throw DeploymentsError.failedWhileBaking(fault.sentence)
        }
        active?.sharedFault = fault.sentence
    }

    /// Looks until it is cancelled, or until the release has failed.
    private func watch(_ deployment: Deployment) async throws -> Never {
        let slot = try slotOf(deployment)
        let manifest = try await world.catalog.release(deployment.release.digest).manifest
        // After a restart of the whole machine its processes may be just starting, too.
        try await waitForProxy(toFind: slot, by: .now + .seconds(policy.warmDeadlineSeconds))
        var watch = ReleaseWatch()
        while true {
            try await look(at: slot, running: manifest, for: deployment, watch: &watch)
            try await Task.sleep(for: Limits.probeInterval)
        }
    }

    /// Whether a release still fails a probe once the release before it was found to pass it.
    ///
    /// In this order: what both failed and is mended just then, such as a database that is up again, is no fault of one.
    private func fails(_ slot: Slot, alone fault: ProbeFinding, for deployment: Deployment) async throws -> Bool {
        guard let stable = table.stable, stable.occupant?.deployment != deployment.subject else { return true }
        let before = await findings(in: stable, within: Limits.comparison)
        try Task.checkCancellation()
        if before.contains(where: { $0.subject == fault.subject && !$0.isGood }) { return false }
        let now = await findings(in: slot, within: Limits.comparison)
        try Task.checkCancellation()
        return !now.contains { $0.subject == fault.subject && $0.isGood }
    }
}
