package import Domain
import Foundation
import GRDB

/// Secrets under their keys and settings, each in versions, in SQLite.
package struct SecretStore: Sendable {
    private let database: StateDatabase

    package init(database: StateDatabase) { self.database = database }

    /// The newest version of each secret of an environment, removals included, in the order of their names.
    package func newest(in environment: EnvironmentName) async throws -> [SecretRecord] {
        try await records(
            where: "environment = ?1 AND version = (SELECT max(version) FROM secret AS newer "
                + "WHERE newer.environment = secret.environment AND newer.name = secret.name)",
            [environment.rawValue])
    }

    /// All versions of one secret, the oldest first.
    package func history(of name: VariableName, in environment: EnvironmentName) async throws -> [SecretRecord] {
        try await records(where: "environment = ? AND name = ?", [environment.rawValue, name.rawValue])
    }

    /// Adds versions, all or none: false where one of them is not the next of its secret, because somebody was faster.
    ///
    /// Of each secret the newest `kept` ciphertexts stay, and none where the new version is a removal.
    package func append(_ records: [SecretRecord], keeping kept: Int) async throws -> Bool {
        try await database.write { database in
            for record in records {
                guard try Self.isNext(record, in: database) else { return false }
            }
            for record in records {
                try database.execute(
                    sql: "INSERT INTO secret (environment, name, version, keyID, body) VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        record.environment.rawValue, record.name.rawValue, record.version, record.sealed?.keyID,
                        try JSONEncoder().encode(record),
                    ])
                let oldest = record.isRemoval ? record.version : record.version - kept + 1
                try Self.forgetCiphertexts(of: record, before: oldest, in: database)
            }
            return true
        }
    }

    /// So many ciphertexts at most whose key is under another key-encryption key than this one.
    package func notUnder(_ keyID: String, limit: Int) async throws -> [SecretRecord] {
        try await records(where: "keyID <> ?1", [keyID], limit: limit)
    }

    /// How many ciphertexts have their key under this key-encryption key.
    package func count(under keyID: String) async throws -> Int {
        try await database.read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM secret WHERE keyID = ?", arguments: [keyID]) ?? 0
        }
    }

    /// Puts rewrapped keys in the place of those that were read, all or none; a version that changed meanwhile is left.
    package func rewrap(_ pairs: [(old: SecretRecord, new: SecretRecord)]) async throws {
        try await database.write { database in
            for (old, new) in pairs {
                try database.execute(
                    sql: """
                        UPDATE secret SET keyID = ?, body = ? WHERE environment = ? AND name = ? AND version = ?
                        AND keyID = ?
                        """,
                    arguments: [
                        new.sealed?.keyID, try JSONEncoder().encode(new), old.environment.rawValue, old.name.rawValue,
                        old.version, old.sealed?.keyID,
                    ])
            }
        }
    }

    /// A version of an environment's settings, the newest where none is named; nil where there is none.
    package func settings(of environment: EnvironmentName, version: Int?) async throws -> SettingsRecord? {
        try await database.read { database in
            try Data.fetchOne(
                database,
                sql: """
                    SELECT body FROM settings WHERE environment = ?1 AND version = coalesce(?2, version)
                    ORDER BY version DESC LIMIT 1
                    """,
                arguments: [environment.rawValue, version]
            ).map { try JSONDecoder().decode(SettingsRecord.self, from: $0) }
        }
    }

    /// Adds a version: false where it is not the next. The newest `kept` versions stay.
    package func append(_ record: SettingsRecord, keeping kept: Int) async throws -> Bool {
        try await database.write { database in
            let newest = try Int.fetchOne(
                database, sql: "SELECT max(version) FROM settings WHERE environment = ?",
                arguments: [record.environment.rawValue])
            guard record.version == (newest ?? 0) + 1 else { return false }
            try database.execute(
                sql: "INSERT INTO settings (environment, version, body) VALUES (?, ?, ?)",
                arguments: [record.environment.rawValue, record.version, try JSONEncoder().encode(record)])
            try database.execute(
                sql: "DELETE FROM settings WHERE environment = ? AND version <= ?",
                arguments: [record.environment.rawValue, record.version - kept])
            return true
        }
    }
}

extension SecretStore {
    private func records(
        where condition: String, _ arguments: StatementArguments, limit: Int = -1
    ) async throws -> [SecretRecord] {
        try await database.read { database in
            try Data.fetchAll(
                database,
                sql: "SELECT body FROM secret WHERE \(condition) ORDER BY environment, name, version LIMIT \(limit)",
                arguments: arguments
            ).map { try JSONDecoder().decode(SecretRecord.self, from: $0) }
        }
    }

    private static func isNext(_ record: SecretRecord, in database: Database) throws -> Bool {
        let newest = try Int.fetchOne(
            database, sql: "SELECT max(version) FROM secret WHERE environment = ? AND name = ?",
            arguments: [record.environment.rawValue, record.name.rawValue])
        return record.version == (newest ?? 0) + 1
    }

    private static func forgetCiphertexts(
        of record: SecretRecord, before version: Int, in database: Database
    ) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT version, body FROM secret WHERE environment = ? AND name = ? AND version < ?
                AND keyID IS NOT NULL
                """,
            arguments: [record.environment.rawValue, record.name.rawValue, version])
        for row in rows {
            var old = try JSONDecoder().decode(SecretRecord.self, from: row["body"])
            old.sealed = nil
            try database.execute(
                sql: "UPDATE secret SET keyID = NULL, body = ? WHERE environment = ? AND name = ? AND version = ?",
                arguments: [
                    try JSONEncoder().encode(old), record.environment.rawValue, record.name.rawValue,
                    row["version"] as Int,
                ])
        }
    }
}
