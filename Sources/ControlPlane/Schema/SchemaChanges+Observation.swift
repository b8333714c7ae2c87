package import Deployments
package import Domain
import Foundation
import Migrations
import Postgres
import Store

/// Which release sends which statements: the server counts them by role, and a slot has a role of its own.
extension SchemaChanges {
    package func observe(_ environment: EnvironmentDefinition, running: [RunningRelease]) async throws {
        guard let seen = try await statistics(of: environment) else { return }
        let now = Date()
        let before = try await statements.observation(of: environment.name)
        let observation = StatementObservation(following: before, seeing: seen, at: now)
        let senders = databases.senders(of: environment, running: running)
        let counts = seen.counts.map {
            StatementStore.Count(role: $0.role, text: $0.text, calls: $0.calls)
        }
        try await statements.note(
            counts, in: environment.name, senders: { senders[$0] ?? [] }, observation: observation, at: now)
    }

    /// What the server has counted; nil where there is no database.
    private func statistics(of environment: EnvironmentDefinition) async throws -> StatementStatistics? {
        if environment.database == .embedded {
            let name = databases.ownerRole(of: environment.name)
            return try await databases.cluster?.readingStatistics { connection in
                try await StatementStatistics.read(of: name, on: connection)
            } ?? .unknown("The embedded PostgreSQL does not count statements: install the package postgresql-contrib.")
        }
        guard let address = try await databases.administrativeAddress(of: environment) else { return nil }
        return try await PostgresConnection.using(address, applicationName: "switchyard observer") { connection in
            try await StatementStatistics.read(on: connection)
        }
    }

    /// What the serving and kept releases send, and what others have sent within `contract_after`; with what is not known
    /// of it.
    func observed(
        in environment: EnvironmentDefinition, running: [RunningRelease], isContraction: Bool
    ) async throws -> ObservedStatements {
        var observed = ObservedStatements()
        do {
            try await observe(environment, running: running)
        } catch {
            observed.gaps.append("The last look at what is sent to \(environment.name) failed: \(error)")
        }
        let now = Date()
        let names = Dictionary(
            running.map {
                ($0.release.description, "\($0.release), which \($0.role == .stable ? "serves" : "is kept"),")
            },
            uniquingKeysWith: { first, _ in first })
        // They come first, because they have the values that the server's texts lack.
        for running in running { try await add(contractSuiteOf: running, named: names, in: environment, to: &observed) }
        let age = environment.policy.contractAfterSeconds
        for use in try await statements.uses(in: environment.name) {
            let seconds = now.timeIntervalSince(use.lastSeen)
            if let name = names[use.sender] {
                observed.add(use.text, sentBy: name)
            } else if isContraction, seconds < age {
                observed.add(use.text, sentBy: "\(use.sender), seen \(Duration.seconds(seconds).inWords) ago,")
            }
        }
        observed.gaps += try await gaps(in: environment, isContraction: isContraction, now: now)
        return observed
    }

    private func add(
        contractSuiteOf running: RunningRelease, named names: [String: String], in environment: EnvironmentDefinition,
        to observed: inout ObservedStatements
    ) async throws {
        let release = try await catalog.release(running.release.digest)
        guard let file = release.manifest.statements else { return }
        let texts = try await artifacts.reading(release.digest, for: environment.name) { root in
            var suite = ObservedStatements()
            try suite.add(file: "\(root)/\(file)")
            return suite.texts
        }
        let name = names[running.release.description] ?? running.release.description
        for text in texts { observed.add(text, sentBy: name) }
    }

    private func gaps(
        in environment: EnvironmentDefinition, isContraction: Bool, now: Date
    ) async throws -> [String] {
        guard let observation = try await statements.observation(of: environment.name) else {
            return ["Nobody has watched yet which statements are sent to \(environment.name)."]
        }
        let watched = now.timeIntervalSince(observation.since)
        let needed = isContraction ? environment.policy.contractAfterSeconds : nil
        var gaps = observation.unknowns(watched: watched, needed: needed)
        if let needed, watched < needed {
            gaps.append(
                "The statements of \(environment.name) have been watched for \(Duration.seconds(watched).inWords), and "
                    + "'contract_after' asks for \(Duration.seconds(needed).inWords): wait until then.")
        }
        return gaps
    }
}

extension StatementObservation {
    /// What a look says after the one before: it begins anew where the server has forgotten something meanwhile.
    init(following before: StatementObservation?, seeing seen: StatementStatistics, at now: Date) {
        let unknown = seen.counts.isEmpty ? seen.gaps.first : nil
        guard let before else {
            self.init(since: now, evictions: seen.evictions, resetAt: seen.resetAt)
            note(seen, unknown)
            return
        }
        var interruption: String?
        if seen.evictions != before.evictions { interruption = "pg_stat_statements ran full and forgot statements." }
        if seen.resetAt != before.resetAt { interruption = "The counts of pg_stat_statements were set back." }
        if seen.calls < before.calls {
            interruption = "The server has lost counts of pg_stat_statements, as in a crash."
        }
        if unknown == nil, let blind = before.unknown { interruption = "Until now nothing was seen: \(blind)" }
        self.init(
            since: interruption == nil ? before.since : now, interruption: interruption ?? before.interruption,
            evictions: seen.evictions, resetAt: seen.resetAt)
        note(seen, unknown)
    }

    private mutating func note(_ seen: StatementStatistics, _ unknown: String?) {
        self.unknown = unknown
        gaps = seen.gaps
        losses = seen.losses
        calls = seen.calls
    }
}
