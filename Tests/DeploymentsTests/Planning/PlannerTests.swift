import Domain
import Foundation
import Testing

@testable import Deployments

struct PlannerTests {
    private var environment = EnvironmentDefinition(
        name: EnvironmentName(unchecked: "production"), domains: [], policy: DeploymentPolicy(maxInstances: 2)
    )
    private var table = SlotTable(environment: EnvironmentName(unchecked: "production"), slotCount: 4)

    private func release(
        _ version: String, digit: String = "a", instances: Int = 2, size: Int = 1_048_577, memoryLimit: Int? = nil
    ) -> Release {
        let web = ProcessDefinition(
            kind: .web, command: ["./web"], instances: instances, memoryLimit: memoryLimit)
        let manifest = ReleaseManifest(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: version),
            processes: [ProcessName(unchecked: "web"): web]
        )
        let digest = ArtifactDigest(unchecked: String(repeating: digit, count: 64))
        return Release(manifest: manifest, digest: digest, size: size, createdAt: Date())
    }

    private func plan(_ release: Release, pending: PendingMigrations = PendingMigrations()) throws -> Plan {
        try Planner(environment: environment, table: table).plan(for: release, pending: pending)
    }

    private mutating func commit(_ release: Release) throws {
        _ = try table.claim(for: release.reference, deployment: DeploymentID(table.lastDeployment + 1))
        try table.commit(at: Date(timeIntervalSinceReferenceDate: Double(table.lastDeployment)))
    }

    @Test func `a first deployment says that there is no way back`() throws {
        let plan = try plan(release("1.0.0"))
        #expect(plan.steps.map(\.step) == Step.forward)
        #expect(plan.slot == SlotName(number: 1))
        #expect(plan.replaces == nil)
        #expect(plan.waysBack.isEmpty)
        #expect(plan.warnings == ["It is the first deployment: there is no release to go back to."])
        #expect(plan.needs.last == "disk space for an archive of 2 MiB, unpacked")
        #expect(plan.steps[1].sentence == "nothing: no migration is pending")
    }

    @Test mutating func `a plan says what both slots, their connections and a clone need`() throws {
        let serving = release("1.0.0", memoryLimit: 100 << 20)
        try commit(serving)
        let planner = Planner(environment: environment, table: table)
        let next = release("1.1.0", digit: "b", memoryLimit: 256 << 20)
        let pending = PendingMigrations(expand: ["0001_a"])
        #expect(
            try planner.plan(for: next, beside: serving, pending: pending).needs == [
                "2 web processes of freightops 1.1.0 beside those that run",
                "memory: at most 512 MiB for freightops 1.1.0, 200 MiB for freightops 1.0.0",
                "at most 100 connections of both slots to the embedded database",
                "disk space for an archive of 2 MiB, unpacked",
                "disk space for a backup and a clone of the database",
            ])
    }

    @Test mutating func `where there is no database, a plan speaks of none`() throws {
        environment.database = .none
        let plan = try plan(release("1.0.0"))
        #expect(
            plan.needs == [
                "2 web processes of freightops 1.0.0 beside those that run",
                "disk space for an archive of 2 MiB, unpacked",
            ])
        #expect(!plan.steps.contains { $0.step == .warm && $0.sentence.contains("database") })
    }

    @Test mutating func `a plan names the migrations, the ways back and that the schema stays`() throws {
        for (version, digit) in [("1.0.0", "1"), ("1.1.0", "2"), ("1.2.0", "3")] {
            try commit(release(version, digit: digit))
        }
        let plan = try plan(release("1.3.0"), pending: PendingMigrations(expand: ["0001_a", "0002_b"]))
        #expect(plan.replaces?.version.rawValue == "1.2.0")
        #expect(plan.waysBack.map(\.version.rawValue) == ["1.2.0", "1.1.0"])
        #expect(plan.migrations == ["0001_a", "0002_b"])
        #expect(plan.warnings == ["The schema stays expanded after a rollback: 0001_a, 0002_b."])
        #expect(plan.steps[3].sentence == "apply 0001_a, 0002_b")
    }

    @Test func `a plan says which steps come after it, and how they are run`() throws {
        let pending = PendingMigrations(backfill: ["0001_a"], contract: ["0001_a", "0002_b"])
        let plan = try plan(release("1.0.0"), pending: pending)
        #expect(plan.steps[2].sentence == "nothing: no migration is pending")
        #expect(
            plan.warnings.dropFirst() == [
                "When it has committed, the backfill of 0001_a runs by itself; 'switchyard status' shows how far.",
                "Left to you, when no kept release uses what it takes away: the contract of 0001_a, 0002_b "
                    + "('switchyard contract -e production').",
            ])
    }

    @Test mutating func `what serves already and what asks for too much is refused`() throws {
        let serving = release("1.0.0")
        try commit(serving)
        #expect(throws: DeploymentsError.alreadyServing(serving.reference, environment.name)) { try plan(serving) }
        let large = release("1.1.0", digit: "b", instances: 3)
        #expect(throws: DeploymentsError.tooManyInstances(large.reference, asked: 3, most: 2, environment.name)) {
            try plan(large)
        }
    }

    @Test mutating func `the digest is the same for the same plan and another for any other`() throws {
        let release = release("1.1.0", digit: "b")
        let first = try plan(release).digest(for: environment)
        #expect(first.count == 64)
        #expect(try plan(release).digest(for: environment) == first)
        var digests: Set = [first]
        digests.insert(try plan(self.release("1.1.1", digit: "b")).digest(for: environment))
        digests.insert(try plan(self.release("1.1.0", digit: "c")).digest(for: environment))
        digests.insert(try plan(release, pending: PendingMigrations(expand: ["0001_a"])).digest(for: environment))
        digests.insert(try plan(release, pending: PendingMigrations(expand: ["0002_b"])).digest(for: environment))
        environment.policy.bakeSeconds = 31.5
        digests.insert(try plan(release).digest(for: environment))
        environment.settings["RATE"] = "2"
        digests.insert(try plan(release).digest(for: environment))
        environment.database = .url("postgresql://elsewhere/app")
        digests.insert(try plan(release).digest(for: environment))
        try commit(self.release("1.0.0", digit: "1"))
        digests.insert(try plan(release).digest(for: environment))
        #expect(digests.count == 9)
    }
}
