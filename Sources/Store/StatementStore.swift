package import Domain
package import Foundation
import GRDB

/// Which release sends which statements, as far as it was watched, in SQLite.
package struct StatementStore: Sendable {
    private let database: StateDatabase

    package init(database: StateDatabase) { self.database = database }

    /// How often a role has sent a statement, at one look.
    package struct Count: Hashable, Sendable {
        package let role: String
        package let text: String
        package let calls: Int

        package init(role: String, text: String, calls: Int) {
            self.role = role
            self.text = text
            self.calls = calls
        }
    }

    /// Takes the counts of a look: statements that were sent since the one before were sent by `senders` of their role.
    ///
    /// A role that nobody is named for is passed over. What was not seen for `Limits.statementAge`, and the oldest beyond
    /// `Limits.statementUses`, is forgotten.
    package func note(
        _ counts: [Count], in environment: EnvironmentName, senders: @escaping @Sendable (String) -> [String],
        observation: StatementObservation, at now: Date
    ) async throws {
        try await database.write { database in
            let known = try Self.counts(of: environment, in: database)
            for count in counts where known[Self.key(count)] != count.calls {
                try database.execute(
                    sql: """
                        INSERT INTO statementCount (environment, role, text, calls) VALUES (?1, ?2, ?3, ?4)
                        ON CONFLICT (environment, role, text) DO UPDATE SET calls = excluded.calls
                        """,
                    arguments: [environment.rawValue, count.role, count.text, count.calls])
                for sender in senders(count.role) {
                    try database.execute(
                        sql: """
                            INSERT INTO statementUse (environment, release, text, lastSeen) VALUES (?1, ?2, ?3, ?4)
                            ON CONFLICT (environment, release, text) DO UPDATE SET lastSeen = excluded.lastSeen
                            """,
                        arguments: [environment.rawValue, sender, count.text, now.timeIntervalSinceReferenceDate])
                }
            }
            try database.execute(
                sql: """
                    INSERT INTO observation (environment, body) VALUES (?1, ?2)
                    ON CONFLICT (environment) DO UPDATE SET body = excluded.body
                    """,
                arguments: [environment.rawValue, try JSONEncoder().encode(observation)])
            try Self.forget(in: environment, before: now, database)
        }
    }

    package func uses(in environment: EnvironmentName) async throws -> [StatementUse] {
        try await database.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT release, text, lastSeen FROM statementUse WHERE environment = ? ORDER BY lastSeen DESC",
                arguments: [environment.rawValue]
            ).map { row in
                StatementUse(
                    sender: row["release"], text: row["text"],
                    lastSeen: Date(timeIntervalSinceReferenceDate: row["lastSeen"]))
            }
        }
    }

    package func observation(of environment: EnvironmentName) async throws -> StatementObservation? {
        try await database.read { database in
            try Data.fetchOne(
                database, sql: "SELECT body FROM observation WHERE environment = ?", arguments: [environment.rawValue]
            ).map { try JSONDecoder().decode(StatementObservation.self, from: $0) }
        }
    }

    private struct Key: Hashable {
        let role: String
        let text: String
    }

    private static func key(_ count: Count) -> Key { Key(role: count.role, text: count.text) }

    private static func counts(of environment: EnvironmentName, in database: Database) throws -> [Key: Int] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT role, text, calls FROM statementCount WHERE environment = ?",
            arguments: [environment.rawValue])
        return Dictionary(
            rows.map { (Key(role: $0["role"], text: $0["text"]), $0["calls"]) }, uniquingKeysWith: { _, new in new })
    }

    private static func forget(in environment: EnvironmentName, before now: Date, _ database: Database) throws {
        let oldest = now.timeIntervalSinceReferenceDate - Limits.statementAge
        try database.execute(
            sql: "DELETE FROM statementUse WHERE environment = ? AND lastSeen < ?",
            arguments: [environment.rawValue, oldest])
        for (table, order) in [("statementUse", "lastSeen"), ("statementCount", "calls")] {
            try database.execute(
                sql: """
                    DELETE FROM \(table) WHERE environment = ?1 AND rowid IN (
                        SELECT rowid FROM \(table) WHERE environment = ?1 ORDER BY \(order) DESC LIMIT -1 OFFSET ?2)
                    """,
                arguments: [environment.rawValue, Limits.statementUses])
        }
    }
}
