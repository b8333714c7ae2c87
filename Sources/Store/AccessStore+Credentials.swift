package import Access
import Domain
package import Foundation
import GRDB

// MARK: - Tokens

extension AccessStore {
    package func token(_ id: TokenID) async throws -> TokenRecord? {
        try await database.read { try Self.one("accessToken", "id", id.text, in: $0) }
    }

    package func tokens(of account: AccountName) async throws -> [TokenRecord] {
        try await database.read { try Self.tokens(of: account, in: $0) }
    }

    package func add(_ token: TokenRecord, limit: Int, at now: Date) async throws {
        try await database.write { database in
            let counting = try Self.tokens(of: token.account, in: database).count { $0.counts(at: now) }
            guard counting < limit else { throw AccessError.tooMany("tokens of '\(token.account)'", limit: limit) }
            // What opens nothing is kept as long as a token may live, for whoever asks what it was.
            try database.execute(
                sql: "DELETE FROM accessToken WHERE expiresAt < ?",
                arguments: [now.addingTimeInterval(-Limits.tokenMemory).timeIntervalSince1970])
            try Self.keep(token, in: database)
        }
    }

    package func revokeToken(_ id: TokenID, at now: Date) async throws -> Bool {
        try await database.write { database in
            guard let token: TokenRecord = try Self.one("accessToken", "id", id.text, in: database),
                token.revokedAt == nil
            else { return false }
            try Self.revoke(token, at: now, in: database)
            return true
        }
    }

    package func revokeTokens(of account: AccountName, at now: Date) async throws {
        try await database.write { database in
            for token in try Self.tokens(of: account, in: database) where token.revokedAt == nil {
                try Self.revoke(token, at: now, in: database)
            }
        }
    }

    package func noteUse(of token: TokenID, at now: Date) async throws {
        try await database.write { database in
            guard var record: TokenRecord = try Self.one("accessToken", "id", token.text, in: database) else { return }
            record.lastUsedAt = now
            try Self.keep(record, in: database)
        }
    }

    private static func tokens(of account: AccountName, in database: Database) throws -> [TokenRecord] {
        try Data.fetchAll(
            database, sql: "SELECT body FROM accessToken WHERE account = ? ORDER BY expiresAt DESC",
            arguments: [account.rawValue]
        ).map { try value($0) }
    }

    private static func revoke(_ token: TokenRecord, at now: Date, in database: Database) throws {
        var revoked = token
        revoked.revokedAt = now
        try keep(revoked, in: database)
    }

    private static func keep(_ token: TokenRecord, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO accessToken (id, account, expiresAt, body) VALUES (?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET body = excluded.body
                """,
            arguments: [token.id.text, token.account.rawValue, token.expiresAt.timeIntervalSince1970, try body(token)])
    }
}

// MARK: - Sessions

extension AccessStore {
    package func session(_ digest: SecretDigest) async throws -> SessionRecord? {
        try await database.read { try Self.one("session", "digest", digest.data, in: $0) }
    }

    package func add(_ session: SessionRecord, replacing old: SecretDigest?, limit: Int) async throws {
        try await database.write { database in
            if let old {
                try database.execute(sql: "DELETE FROM session WHERE digest = ?", arguments: [old.data])
            }
            try Self.keep(session, in: database)
            try database.execute(
                sql: """
                    DELETE FROM session WHERE account = ?1 AND digest IN
                    (SELECT digest FROM session WHERE account = ?1 ORDER BY createdAt DESC, rowid DESC
                     LIMIT -1 OFFSET ?2)
                    """,
                arguments: [session.account.rawValue, limit])
        }
    }

    package func noteUse(of session: SecretDigest, at now: Date) async throws {
        try await database.write { database in
            // One that was ended meanwhile stays ended.
            guard var record: SessionRecord = try Self.one("session", "digest", session.data, in: database) else {
                return
            }
            record.lastUsedAt = now
            try Self.keep(record, in: database)
        }
    }

    package func endSession(_ digest: SecretDigest) async throws {
        try await database.write {
            try $0.execute(sql: "DELETE FROM session WHERE digest = ?", arguments: [digest.data])
        }
    }

    package func endSessions(of account: AccountName) async throws {
        try await database.write {
            try $0.execute(sql: "DELETE FROM session WHERE account = ?", arguments: [account.rawValue])
        }
    }

    package func forgetSessions(begunBefore begun: Date, unusedSince used: Date) async throws {
        try await database.write {
            try $0.execute(
                sql: "DELETE FROM session WHERE createdAt < ? OR lastUsedAt < ?",
                arguments: [begun.timeIntervalSince1970, used.timeIntervalSince1970])
        }
    }

    private static func keep(_ session: SessionRecord, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO session (digest, account, createdAt, lastUsedAt, body) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (digest) DO UPDATE SET lastUsedAt = excluded.lastUsedAt, body = excluded.body
                """,
            arguments: [
                session.digest.data, session.account.rawValue, session.createdAt.timeIntervalSince1970,
                session.lastUsedAt.timeIntervalSince1970, try body(session),
            ])
    }
}
