import Domain
import Judging

/// The steps that look at a release for a while: before users see it, while they do, and after it was taken back.
extension EnvironmentDeployer {
    func warm(_ deployment: Deployment) async throws -> StepReport {
        let slot = try slotOf(deployment)
        let manifest = try await world.catalog.release(deployment.release.digest).manifest
        let deadline = ContinuousClock.now + .seconds(policy.warmDeadlineSeconds)
        var good = 0
        while true {
            try await refuseEndedProcesses(in: slot.name)
            var fault = await firstHealthFault(of: manifest, in: slot)
            good = fault == nil ? good + 1 : 0
            if good >= manifest.health.healthyAfter {
                fault = await firstFeatureFault(of: manifest, in: slot)
                if fault == nil { break }
            }
            if let fault, ContinuousClock.now >= deadline {
                throw DeploymentsError.neverHealthy(fault.sentence, seconds: Int(policy.warmDeadlineSeconds))
            }
            try await Task.sleep(for: Limits.probeInterval)
        }
        try await waitForProxy(toFind: slot, by: deadline)
        // Here, because workers and singletons start right after the switch, when users may have to be taken back at once.
        try await world.runtime.verify(slot.name, of: environment.name)
        return StepReport("healthy, \(manifest.probes.count) key features answer")
    }

    func bake(_ deployment: Deployment) async throws -> StepReport {
        let slot = try slotOf(deployment)
        let manifest = try await world.catalog.release(deployment.release.digest).manifest
        // Found by the warming already, unless the proxy or the whole machine has been started again since.
        try await waitForProxy(toFind: slot, by: .now + .seconds(policy.warmDeadlineSeconds))
        while true {
            let end = try await deployment.isInStages ? pass(.full, of: deployment) : bakeByTime(deployment)
            var watch = ReleaseWatch()
            // A release is not committed on a bad answer: the watch goes on until the answers are good or bad enough.
            repeat {
                try await look(at: slot, running: manifest, for: deployment, watch: &watch)
                try await Task.sleep(for: Limits.probeInterval)
            } while watch.badAnswers > 0 && active?.sharedFault == nil
            try await refuseEndedProcesses(in: slot.name)
            if active?.sharedFault == nil || end.isDecided || rules.conduct == .observe { return end.report }
        }
    }

    func watchRecovery(_ deployment: Deployment) async throws -> StepReport {
        guard let slot = table.stable, let release = slot.occupant?.release else {
            return StepReport("there is no release before it to watch")
        }
        let manifest = try await world.catalog.release(release.digest).manifest
        let deadline = ContinuousClock.now + .seconds(policy.recoverySeconds)
        var good = 0
        while true {
            var fault = await firstHealthFault(of: manifest, in: slot)
            if fault == nil { fault = await firstFeatureFault(of: manifest, in: slot) }
            if fault == nil { fault = await proxyFault(of: slot) }
            good = fault == nil ? good + 1 : 0
            if good >= Limits.goodAnswersToRecover { return StepReport("\(release) answers as it should") }
            if let fault, ContinuousClock.now >= deadline {
                try keepWhatWasLeft(by: deployment)
                throw DeploymentsError.neverHealthy(
                    "\(release): \(fault.sentence)", seconds: Int(policy.recoverySeconds))
            }
            try await Task.sleep(for: Limits.probeInterval)
        }
    }

    /// A committed release that was left for one that does not recover stays warm: it may be the only way out.
    private func keepWhatWasLeft(by deployment: Deployment) throws {
        guard deployment.kind == .rollback, let left = table.slot(of: deployment.subject) else { return }
        let now = parts.now()
        try change { $0.keep(left.name, at: now) }
    }

    /// Everything that the probes see of a slot now; what has not answered by then is left out.
    func findings(in slot: Slot, within time: Duration = Limits.evidenceProbing) async -> [ProbeFinding] {
        guard let digest = slot.occupant?.release.digest,
            let manifest = try? await world.catalog.release(digest).manifest
        else { return [] }
        let (prober, host, ports) = (world.prober, host, slot.occupant?.ports ?? [])
        return await withTaskGroup(of: [ProbeFinding]?.self) { group in
            for port in ports {
                group.addTask { [await prober.health(of: manifest, port: port, host: host)] }
                group.addTask { [await prober.database(of: manifest, port: port, host: host)].compactMap { $0 } }
                for probe in manifest.probes {
                    group.addTask { [await prober.feature(probe, port: port, host: host)] }
                }
            }
            group.addTask { [await self.connectionFinding(of: slot)].compactMap { $0 } }
            // A release that hangs must not hold up who wants to go back once more.
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            var findings: [ProbeFinding] = []
            for _ in 0..<ports.count * (manifest.probes.count + 2) + 1 {
                guard let found = await group.next() ?? nil else { break }
                findings += found
            }
            group.cancelAll()
            return findings.sorted { $0.subject < $1.subject }
        }
    }

    private var host: String { environment.domains.first ?? "localhost" }

    /// A process that ends by itself is no release to keep, however soon its supervisor starts it again.
    func refuseEndedProcesses(in slot: SlotName) async throws {
        let processes = try await world.runtime.processes(in: slot, of: environment.name)
        if let ended = processes.first(where: { $0.kind == .web && $0.exits > 0 }) {
            throw DeploymentsError.processEnded(process: ended.name, exit: ended.lastExit ?? "ended")
        }
    }

    func firstHealthFault(
        of manifest: ReleaseManifest, in slot: Slot, among triggers: RollbackTriggers = RollbackTriggers()
    ) async -> ProbeFinding? {
        for port in slot.occupant?.ports ?? [] {
            if triggers.healthEndpoint {
                let health = await world.prober.health(of: manifest, port: port, host: host)
                guard health.isGood else { return health }
            }
            guard triggers.databaseConnection else { continue }
            let database = await world.prober.database(of: manifest, port: port, host: host)
            if let database, !database.isGood { return database }
        }
        return nil
    }

    /// What a connection of Switchyard's own finds, made as the slot's release makes one; nil where there is no database.
    func connectionFinding(of slot: Slot) async -> ProbeFinding? {
        guard environment.database != .none else { return nil }
        let fault = await world.database.connectionFault(of: slot.name, in: environment)
        return ProbeFinding(
            subject: "Switchyard's own connection to the database", fault: fault, milliseconds: 0)
    }

    func firstFeatureFault(of manifest: ReleaseManifest, in slot: Slot) async -> ProbeFinding? {
        for port in slot.occupant?.ports ?? [] {
            for probe in manifest.probes {
                let finding = await world.prober.feature(probe, port: port, host: host)
                if !finding.isGood { return finding }
            }
        }
        return nil
    }

    func waitForProxy(toFind slot: Slot, by deadline: ContinuousClock.Instant) async throws {
        while let fault = await proxyFault(of: slot) {
            try await refuseEndedProcesses(in: slot.name)
            guard ContinuousClock.now < deadline else {
                throw DeploymentsError.neverHealthy(fault.sentence, seconds: Int(policy.warmDeadlineSeconds))
            }
            try await Task.sleep(for: Limits.probeInterval)
        }
    }

    /// What users would meet although the release is well; a proxy that does not answer finds nobody healthy.
    private func proxyFault(of slot: Slot) async -> ProbeFinding? {
        let wanted = slot.occupant?.ports.count ?? 0
        let found = (try? await world.router.healthyServers(environment.name, slot.name)) ?? 0
        guard found < wanted else { return nil }
        return ProbeFinding(
            subject: "the proxy", fault: "finds \(found) of \(wanted) web instances in \(slot.name) healthy",
            milliseconds: 0)
    }
}
