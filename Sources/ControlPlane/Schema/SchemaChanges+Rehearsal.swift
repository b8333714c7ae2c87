import Backups
package import Deployments
package import Domain
import DurableFiles
import Foundation
import Migrations
import Postgres

/// Rehearsals of deployments: on a clone of the backup that was just taken, beside the releases that run.
extension SchemaChanges {
    package func rehearse(
        _ deployment: Deployment, of release: Release, in environment: EnvironmentDefinition,
        beside running: [RunningRelease], evidence: String
    ) async throws -> RehearsalOutcome {
        guard let (migrations, address) = try await migrations(of: release, in: environment) else {
            return RehearsalOutcome(sentence: "there is no database")
        }
        let report = try await withDeadline(
            "the rehearsal for \(environment.name)", environment.policy.rehearsalDeadlineSeconds
        ) {
            try await self.report(
                on: migrations, at: address, of: environment, beside: running, for: deployment)
        }
        try keep(report, in: evidence)
        let unknown = report.coverage.statements == 0 ? ["No statement of a running release is known."] : []
        return RehearsalOutcome(
            sentence: report.sentence, obstacles: report.obstacles, irreversible: report.irreversible,
            gaps: report.coverage.gaps + unknown)
    }

    /// What earlier rehearsals left whose control plane was killed.
    package func removeLeftRehearsals() async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.rehearsals)) ?? []
        for name in names { await removeLeft("\(folder.rehearsals)/\(name)") }
    }

    private func report(
        on migrations: [Migration], at address: PostgresAddress, of environment: EnvironmentDefinition,
        beside running: [RunningRelease], for deployment: Deployment
    ) async throws -> RehearsalReport {
        let isContraction = deployment.kind == .contract
        let observed = try await observed(in: environment, running: running, isContraction: isContraction)
        let place = "\(folder.rehearsals)/\(deployment.id)"
        // Of an attempt at this step that was interrupted.
        await removeLeft(place)
        let stage = RehearsalStage(folder: place, database: address, backup: try newestBackup(of: environment.name))
        return try await stage.play { clone in
            var rehearsal = Rehearsal(migrations: migrations, database: clone.rehearsed, observed: observed)
            rehearsal.phases = isContraction ? [.contract] : [.expand, .backfill]
            if let cluster = clone.cluster {
                rehearsal.releases = try await trials(of: running, in: environment, on: cluster, folder: place)
            }
            return rehearsal
        }
    }

    private func removeLeft(_ place: String) async {
        guard FileManager.default.fileExists(atPath: place) else { return }
        if let cluster = try? await PrivateCluster(folder: "\(place)/c", durability: .disposable) {
            await cluster.endLeftOver()
        }
        try? FileManager.default.removeItem(atPath: place)
    }

    private func newestBackup(of environment: EnvironmentName) throws -> String? {
        try PostgresDump(folder: folder.backups).backups(of: environment).last
    }

    private func trials(
        of running: [RunningRelease], in environment: EnvironmentDefinition, on cluster: PrivateCluster, folder: String
    ) async throws -> [any ReleaseTrial] {
        var trials: [IsolatedRelease] = []
        for running in running {
            guard
                let service = try await slots.trialService(
                    of: running, in: environment, folder: folder, settings: environment.rehearsalSettings)
            else { continue }
            let role = databases.role(of: running.slot, in: environment)
            let manifest = try await catalog.release(running.release.digest).manifest
            trials.append(
                IsolatedRelease(
                    running: running, manifest: manifest, service: service, cluster: cluster, role: role,
                    folder: folder,
                    host: environment.domains.first ?? "localhost",
                    deadline: .seconds(environment.policy.warmDeadlineSeconds)))
        }
        return trials
    }

    private func keep(_ report: RehearsalReport, in evidence: String) throws {
        try FileManager.default.createDirectory(
            atPath: evidence, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DurableFile.write(encoder.encode(report), to: "\(evidence)/rehearsal.json", mode: 0o600)
    }
}

extension RehearsalReport {
    /// `3 statements, nothing dangerous; schema-only; 42 statements of running releases and freightops 1.0.0 go on
    /// working; way back: What the new release writes into public.loads.eta goes with it.`
    fileprivate var sentence: String {
        let count = "\(statements.count) statement\(statements.count == 1 ? "" : "s")"
        let ways = Set(wayBack.values.map(\.kind.rawValue)).sorted()
        let plural = coverage.statements == 1 ? "" : "s"
        let tried = coverage.statements == 0 ? [] : ["\(coverage.statements) statement\(plural) of running releases"]
        let going = (tried + coverage.releases).joined(separator: " and ")
        let untried = coverage.unproved.count
        let unknown =
            (untried == 0 ? [] : ["\(untried) statement\(untried == 1 ? "" : "s") could not be tried."]) + coverage.gaps
        let parts =
            ["\(count), \(obstacles.isEmpty ? "nothing dangerous" : "\(obstacles.count) dangerous")"] + ways
            + (going.isEmpty ? [] : ["\(going) go on working"])
            + (wayBackReasons.isEmpty ? [] : ["way back: \(wayBackReasons)"])
            + (unknown.isEmpty ? [] : ["not known: \(unknown.joined(separator: " "))"])
        return parts.joined(separator: "; ")
    }

    /// Of the migrations in their order; the evidence has those for which a sentence has no room.
    private var wayBackReasons: String {
        let reasons = wayBack.sorted { $0.key < $1.key }.flatMap(\.value.reasons)
        let more = reasons.count - RehearsalLimits.namedReasons
        return (reasons.prefix(RehearsalLimits.namedReasons) + (more > 0 ? ["And \(more) more."] : []))
            .joined(separator: " ")
    }
}
