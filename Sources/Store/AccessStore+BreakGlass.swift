package import Access
import Domain
package import Foundation
import GRDB

extension AccessStore {
    package func breakGlassUses() async throws -> [BreakGlass] {
        try await database.read { try Self.uses(in: $0) }
    }

    package func changeBreakGlass(
        _ change: @escaping @Sendable ([BreakGlass], [Account]) throws -> BreakGlass
    ) async throws -> BreakGlass {
        try await database.write { database in
            let accounts: [Account] = try Self.all("account", order: "name", in: database)
            let use = try change(Self.uses(in: database), accounts)
            try database.execute(
                sql: """
                    INSERT INTO breakGlass (id, startedAt, isReviewed, body) VALUES (?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET isReviewed = excluded.isReviewed, body = excluded.body
                    """,
                arguments: [
                    use.id.uuidString, use.startedAt.timeIntervalSince1970, use.review != nil, try Self.body(use),
                ])
            return use
        }
    }

    package func recoveryCodes(of account: AccountName) async throws -> [SecretDigest] {
        try await database.read { database in
            try Data.fetchAll(
                database, sql: "SELECT digest FROM recoveryCode WHERE account = ? AND usedAt IS NULL",
                arguments: [account.rawValue]
            ).compactMap(SecretDigest.init(stored:))
        }
    }

    package func setRecoveryCodes(_ digests: [SecretDigest], of account: AccountName) async throws {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM recoveryCode WHERE account = ?", arguments: [account.rawValue])
            for digest in digests {
                try database.execute(
                    sql: "INSERT INTO recoveryCode (digest, account) VALUES (?, ?)",
                    arguments: [digest.data, account.rawValue])
            }
        }
    }

    package func spendRecoveryCode(
        _ digest: SecretDigest, of account: AccountName, at now: Date
    ) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE recoveryCode SET usedAt = ? WHERE digest = ? AND account = ? AND usedAt IS NULL",
                arguments: [now.timeIntervalSince1970, digest.data, account.rawValue])
            return database.changesCount == 1
        }
    }

    /// What waits for its review is never left out, however old it is.
    private static func uses(in database: Database) throws -> [BreakGlass] {
        try Data.fetchAll(
            database,
            sql: """
                SELECT body FROM breakGlass WHERE isReviewed = 0 OR id IN
                (SELECT id FROM breakGlass WHERE isReviewed = 1 ORDER BY startedAt DESC LIMIT ?)
                ORDER BY startedAt DESC
                """,
            arguments: [Limits.reviewedUses]
        ).map { try value($0) }
    }
}
