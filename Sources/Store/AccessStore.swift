package import Access
import Domain
import Foundation
import GRDB

/// People, tokens, sessions and what belongs to them, in SQLite.
///
/// Each row's body is the value as JSON; columns beside it are what is searched by.
package struct AccessStore: AccessRecords {
    let database: StateDatabase

    package init(database: StateDatabase) { self.database = database }

    package func accounts() async throws -> [Account] {
        try await database.read { try Self.all("account", order: "name", in: $0) }
    }

    package func account(_ name: AccountName) async throws -> Account? {
        try await database.read { try Self.one("account", "name", name.rawValue, in: $0) }
    }

    package func changeAccount(
        _ name: AccountName, _ change: @escaping @Sendable ([Account]) throws -> Account
    ) async throws -> Account {
        try await database.write { database in
            let account = try change(Self.all("account", order: "name", in: database))
            try Self.keep(account, in: database)
            return account
        }
    }

    package func proposals() async throws -> [RoleProposal] {
        try await database.read { try Self.all("roleProposal", order: "proposedAt DESC", in: $0) }
    }

    package func changeRoles(
        _ change: @escaping @Sendable ([RoleProposal], [Account]) throws -> (RoleProposal, Account?)
    ) async throws -> RoleProposal {
        try await database.write { database in
            let (proposal, account) = try change(
                Self.all("roleProposal", order: "proposedAt DESC", in: database),
                Self.all("account", order: "name", in: database))
            try database.execute(
                sql: """
                    INSERT INTO roleProposal (id, proposedAt, body) VALUES (?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET body = excluded.body
                    """,
                arguments: [
                    proposal.id.uuidString, proposal.proposedAt.timeIntervalSince1970, try Self.body(proposal),
                ])
            if let account { try Self.keep(account, in: database) }
            try Self.forget("roleProposal", beyond: Limits.proposals, order: "proposedAt DESC", database)
            return proposal
        }
    }

    package func peers() async throws -> [VPNPeer] {
        try await database.read { try Self.all("vpnPeer", order: "name", in: $0) }
    }

    package func addPeer(_ change: @escaping @Sendable ([VPNPeer]) throws -> VPNPeer) async throws -> VPNPeer {
        try await database.write { database in
            let peer = try change(Self.all("vpnPeer", order: "name", in: database))
            try database.execute(
                sql: """
                    INSERT INTO vpnPeer (name, body) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET body = excluded.body
                    """,
                arguments: [peer.name.rawValue, try Self.body(peer)])
            return peer
        }
    }

    package func removePeer(_ name: PeerName) async throws -> Bool {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM vpnPeer WHERE name = ?", arguments: [name.rawValue])
            return database.changesCount > 0
        }
    }
}

extension AccessStore {
    static func all<Value: Decodable & SendableMetatype>(_ table: String, order: String, in database: Database) throws
        -> [Value]
    {
        try Data.fetchAll(database, sql: "SELECT body FROM \(table) ORDER BY \(order)").map { try value($0) }
    }

    static func one<Value: Decodable & SendableMetatype>(
        _ table: String, _ column: String, _ key: some DatabaseValueConvertible, in database: Database
    ) throws -> Value? {
        try Data.fetchOne(database, sql: "SELECT body FROM \(table) WHERE \(column) = ?", arguments: [key])
            .map { try value($0) }
    }

    static func value<Value: Decodable>(_ body: Data) throws -> Value {
        try JSONDecoder().decode(Value.self, from: body)
    }

    static func body(_ value: some Encodable) throws -> Data { try JSONEncoder().encode(value) }

    private static func keep(_ account: Account, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO account (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
            arguments: [account.name.rawValue, try body(account)])
    }

    /// Forgets the rows that come last in the order, beyond so many.
    private static func forget(_ table: String, beyond limit: Int, order: String, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM \(table) WHERE rowid IN (SELECT rowid FROM \(table) ORDER BY \(order) LIMIT -1 OFFSET ?)",
            arguments: [limit])
    }
}

extension Limits {
    /// Proposals of roles that are remembered.
    static let proposals = 1_000
    /// Reviewed uses of break-glass that are remembered.
    static let reviewedUses = 1_000
    /// How long a token is remembered that opens nothing any more, in seconds.
    static let tokenMemory: Double = 365 * 86_400
}
