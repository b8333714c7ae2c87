import Domain
import Foundation
import Migrations
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// Which release sends which statements, as looks at the server's counts tell it.
@Suite(.timeLimit(.minutes(1)))
struct StatementStoreTests {
    private static let start = Date(timeIntervalSinceReferenceDate: 800_000_000)
    private static let senders: @Sendable (String) -> [String] = { ["s1": ["1.0.0"], "s2": ["1.1.0"]][$0] ?? [] }

    @Test func `a statement belongs to the release of its role, and is seen when its count has moved`() async throws {
        try await withStore { store in
            try await note(store, [("s1", "SELECT a", 3), ("migrations", "SELECT b", 1)], after: 0)
            try await note(store, [("s1", "SELECT a", 3), ("s2", "SELECT a", 1)], after: 60)
            try await note(store, [("s1", "SELECT a", 4), ("s2", "SELECT a", 1)], after: 120)
            let uses = try await store.uses(in: .production)
            #expect(
                uses == [
                    StatementUse(sender: "1.0.0", text: "SELECT a", lastSeen: Self.start + 120),
                    StatementUse(sender: "1.1.0", text: "SELECT a", lastSeen: Self.start + 60),
                ])
        }
    }

    @Test func `what nobody sends any more is forgotten in the end`() async throws {
        try await withStore { store in
            try await note(store, [("s1", "SELECT a", 3)], after: 0)
            try await note(store, [("s1", "SELECT a", 3)], after: 91 * 86_400)
            #expect(try await store.uses(in: .production).isEmpty)
        }
    }

    @Test(arguments: [
        (evictions: 0, reset: nil as Double?, sinceSeconds: 0.0, interruption: nil as String?),
        (1, nil, 60, "pg_stat_statements ran full and forgot statements."),
        (0, 30, 60, "The counts of pg_stat_statements were set back."),
    ])
    func `a watch begins anew where the server has forgotten something`(
        evictions: Int, reset: Double?, sinceSeconds: Double, interruption: String?
    ) {
        let seen = StatementStatistics(counts: [], gaps: [], evictions: 0, resetAt: nil)
        let first = StatementObservation(following: nil, seeing: seen, at: Self.start)
        #expect(first.since == Self.start && first.interruption == nil)
        let later = StatementStatistics(
            counts: [], gaps: [], evictions: evictions, resetAt: reset.map { Self.start + $0 })
        let second = StatementObservation(following: first, seeing: later, at: Self.start + 60)
        #expect(second.since == Self.start + sinceSeconds)
        #expect(second.interruption == interruption)
    }

    @Test func `what the server hides is unknown though it shows something, and a loss until it was watched for`() {
        let hidden = "Statements of other roles are hidden."
        let counts = [StatementStatistics.Count(role: "s1", text: "SELECT a", calls: 1)]
        let first = StatementObservation(
            following: nil, seeing: StatementStatistics(counts: counts, gaps: [], evictions: 0, resetAt: nil),
            at: Self.start)
        #expect(first.unknowns(watched: 0, needed: nil) == [])
        let seen = StatementStatistics(
            counts: counts, gaps: [hidden], losses: ["Forgot 1 times."], evictions: 1, resetAt: nil)
        let observation = StatementObservation(following: first, seeing: seen, at: Self.start)
        let all = [hidden, "pg_stat_statements ran full and forgot statements.", "Forgot 1 times."]
        #expect(observation.unknowns(watched: 9_000, needed: nil) == all)
        #expect(observation.unknowns(watched: 59, needed: 60) == all)
        #expect(observation.unknowns(watched: 60, needed: 60) == [hidden])
    }

    private func note(
        _ store: StatementStore, _ counts: [(String, String, Int)], after seconds: Double
    ) async throws {
        try await store.note(
            counts.map { StatementStore.Count(role: $0, text: $1, calls: $2) }, in: .production, senders: Self.senders,
            observation: StatementObservation(since: Self.start), at: Self.start + seconds)
    }

    private func withStore(_ body: (StatementStore) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await body(StatementStore(database: StateDatabase(path: "\(folder)/switchyard.sqlite")))
        }
    }
}
