import Domain

/// The steps that prove, change and contract the schema of the application's database.
extension EnvironmentDeployer {
    func backUp(_ deployment: Deployment) async throws -> StepReport {
        guard try await changesSchema(deployment) else { return StepReport("no migration is pending") }
        return StepReport(try await world.database.backUp(environment, for: deployment.id))
    }

    func rehearse(_ deployment: Deployment) async throws -> StepReport {
        guard try await changesSchema(deployment) else { return StepReport("no migration is pending") }
        guard policy.rehearses || deployment.kind == .contract else {
            return StepReport("switched off by 'rehearsal' in switchyard.yaml")
        }
        let release = try await world.catalog.release(deployment.release.digest)
        let bundle = EvidenceBundle(folder: parts.evidenceFolder, deployment: deployment.id)
        let outcome = try await world.database.rehearse(
            deployment, of: release, in: environment, beside: runningReleases, evidence: bundle.path)
        if let obstacle = outcome.obstacles.first {
            throw DeploymentsError.refusedByRehearsal(
                obstacle: obstacle, more: outcome.obstacles.count - 1, evidence: bundle.path)
        }
        if deployment.kind == .contract, let gap = outcome.gaps.first {
            throw DeploymentsError.unprovenContraction(gap: gap)
        }
        guard policy.allowsIrreversible || outcome.irreversible.isEmpty else {
            throw DeploymentsError.irreversible(outcome.irreversible, environment.name)
        }
        return StepReport(outcome.sentence)
    }

    func expand(_ deployment: Deployment) async throws -> StepReport {
        let release = try await world.catalog.release(deployment.release.digest)
        let applied = try await world.database.expand(environment, to: release, for: deployment)
        return StepReport(applied.isEmpty ? "no migration is pending" : "applied \(applied.joined(separator: ", "))")
    }

    func contract(_ deployment: Deployment) async throws -> StepReport {
        let release = try await world.catalog.release(deployment.release.digest)
        let applied = try await world.database.contract(environment, of: release, for: deployment)
        return StepReport("applied the contract of \(applied.joined(separator: ", "))")
    }

    /// Throws what the policy forbids of the migrations, before anything is touched.
    func admitSchema(_ deployment: Deployment) async throws {
        let release = try await world.catalog.release(deployment.release.digest)
        let pending = try await world.database.pendingMigrations(of: release, in: environment)
        switch deployment.kind {
        case .contract: try Planner(environment: environment, table: table).admitContraction(of: pending)
        case .deploy:
            try await refuseBelowFloor(release, pending)
            guard policy.allowsIrreversible || pending.irreversible.isEmpty else {
                throw DeploymentsError.irreversible(pending.irreversible, environment.name)
            }
        case .rollback: break
        }
    }

    /// Throws for a release that is older than one for which the database was contracted: by their versions where both
    /// are numbers, else by when they came into the store.
    func refuseBelowFloor(_ release: Release, _ pending: PendingMigrations) async throws {
        let contracted = pending.contracted.filter { $0.value != release.manifest.version }
        for (name, version) in contracted.sorted(by: { $0.key < $1.key }) {
            if let isOlder = release.manifest.version.isOlder(than: version) {
                guard isOlder else { continue }
                throw DeploymentsError.belowFloor(release.reference, floor: version, contracted: name)
            }
            // One that is no longer in the store is older than what is.
            guard let floor = try? await world.catalog.find(version.rawValue), release.createdAt < floor.createdAt
            else { continue }
            throw DeploymentsError.belowFloor(release.reference, floor: version, contracted: name)
        }
    }

    private func changesSchema(_ deployment: Deployment) async throws -> Bool {
        let release = try await world.catalog.release(deployment.release.digest)
        let pending = try await world.database.pendingMigrations(of: release, in: environment)
        return deployment.kind == .contract ? !pending.contract.isEmpty : !pending.expand.isEmpty
    }

    /// What must go on working whatever becomes of the schema.
    var runningReleases: [RunningRelease] {
        table.slots.filter { $0.role == .stable || $0.role == .kept }.compactMap { slot in
            slot.occupant.map { RunningRelease(release: $0.release, slot: slot.name, role: slot.role) }
        }
    }
}
