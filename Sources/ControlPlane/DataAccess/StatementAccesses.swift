import Audit
import Domain
import Foundation
import Logging
import Postgres
import Runtimes
import ServiceLifecycle

/// Brings what pgaudit writes into the log of the embedded database's server into the audit record.
///
/// Accesses that are alike are counted together for some seconds. How far the log was read is written down after what was in
/// it is recorded, so after a crash some accesses may be recorded twice, with the same times, and none is missing; where
/// lines were gone before they were read, that is recorded.
actor StatementAccesses: ServiceLifecycle.Service {
    private let tree: SupervisorTree
    private let trail: AuditTrail
    private let accesses: DataAccesses
    /// Whose database has which name.
    private let environments: [String: EnvironmentName]
    private let logger: Logger

    private var follower: LogFollower?
    private var messages = ServerMessages()
    private var counted = CountedAccesses()
    private var countedSince: ContinuousClock.Instant?
    private var position = AccessPosition()
    /// What of the first lines was recorded before.
    private var known: AccessPosition?
    /// Lines that were passed over because they were recorded before.
    private var seen = 0

    init(
        tree: SupervisorTree, trail: AuditTrail, accesses: DataAccesses, environments: [String: EnvironmentName],
        logger: Logger
    ) {
        self.tree = tree
        self.trail = trail
        self.accesses = accesses
        self.environments = environments
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.attend()
                try? await Task.sleep(for: Limits.accessInterval)
            }
        }
        await record()
    }

    /// Reads what is new, and records it when it is time.
    private func attend() async {
        do {
            if follower == nil { try await begin() }
            while !counted.isFull, let reading = follower {
                guard let lines = await reading.newLines() else {
                    // The log was removed: what comes next is another one.
                    await record()
                    if countedSince == nil { follower = nil }
                    break
                }
                guard !lines.isEmpty else { break }
                for line in lines { await take(Substring(line)) }
            }
            if let last = messages.end() { count(last) }
        } catch {
            logger.debug("the database's log cannot be read", metadata: ["error": "\(error)"])
        }
        let isDue = countedSince.map { ContinuousClock.now - $0 >= Limits.accessesTogether } ?? false
        if isDue || counted.isFull { await record() }
    }

    private func begin() async throws {
        known = AccessPosition.read(trail.accessPosition)
        position = known ?? AccessPosition()
        seen = 0
        follower = try await tree.followLog("postgres", from: known.map { .time($0.stamp) } ?? .beginning)
    }

    private func take(_ line: Substring) async {
        let stamp = String(line.prefix { $0 != " " })
        if let before = known {
            if stamp == before.stamp, seen < before.lines {
                seen += 1
                return
            }
            known = nil
            if seen == 0 { await tellGap(from: before.stamp, to: stamp) }
        }
        if let message = messages.take(line) { count(message) }
        position.note(stamp)
        if countedSince == nil { countedSince = .now }
    }

    private func count(_ message: ServerMessages.Message) {
        guard let access = AuditedAccess(message: message.text) else { return }
        counted.add(access, at: message.stamp)
    }

    private func tellGap(from: String, to: String) async {
        var entry = AuditEntry(.event, .accessGap, by: .system, at: Date())
        entry.details = ["from": from, "to": to]
        await trail.note(entry)
    }

    /// Records what was counted; where that fails it is tried again, and nothing more is read when there is too much.
    private func record() async {
        guard countedSince != nil else { return }
        do {
            for (access, count) in counted.counts {
                var caller: AuditActor?
                if let command = CountedAccesses.command(of: access) { caller = await accesses.caller(of: command) }
                try await trail.require(
                    CountedAccesses.entry(of: access, count, in: environments[access.database], by: caller))
            }
            try position.write(to: trail.accessPosition)
            counted = CountedAccesses()
            countedSince = nil
        } catch {
            logger.error("accesses to the database wait to be recorded", metadata: ["error": "\(error)"])
        }
    }
}
