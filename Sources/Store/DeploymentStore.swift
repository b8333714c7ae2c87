package import Domain
package import Foundation
import GRDB

/// Deployments, their journals and the leases, in SQLite.
package struct DeploymentStore: Sendable {
    private let database: StateDatabase
    private let isAlive: @Sendable (ProcessIdentity) -> Bool

    /// `isAlive` tells whether the process that holds a lease still lives.
    package init(database: StateDatabase, isAlive: @escaping @Sendable (ProcessIdentity) -> Bool) {
        self.database = database
        self.isAlive = isAlive
    }

    package func open(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease {
        try await database.write { database in
            let lease = try takeLease(of: deployment, as: process, at: now, in: database)
            guard try insert(deployment, in: database) else { throw StoreError.numberTaken(deployment.id) }
            return lease
        }
    }

    package func takeOver(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease {
        try await database.write { try takeLease(of: deployment, as: process, at: now, in: $0) }
    }

    package func release(_ lease: Lease) async throws {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE lease SET body = NULL WHERE environment = ? AND fence = ?",
                arguments: [lease.environment.rawValue, lease.fence]
            )
        }
    }

    package func lease(of environment: EnvironmentName) async throws -> Lease? {
        try await database.read { try currentLease(of: environment, in: $0).lease }
    }

    package func append(_ entry: JournalEntry, fence: Int?) async throws {
        try await database.write { database in
            if let fence { try refuseFenced(entry.deployment, fence: fence, in: database) }
            try insert(entry, in: database)
        }
    }

    package func fold(
        _ deployments: [Deployment], _ entries: [JournalEntry], _ maintenance: [MaintenanceChange]
    ) async throws {
        try await database.write { database in
            for deployment in deployments { _ = try insert(deployment, in: database) }
            for entry in entries where try isKnown(entry.deployment, in: database) {
                try insert(entry, in: database)
            }
            for change in maintenance { try write(change, to: .maintenance, in: database) }
        }
    }

    package func maintenance(of environment: EnvironmentName?, last count: Int) async throws -> [MaintenanceChange] {
        try await acts(.maintenance, of: environment, last: count)
    }

    package func record(_ commands: [OneOffCommand]) async throws {
        try await database.write { database in
            for command in commands { try write(command, to: .command, in: database) }
        }
    }

    package func commands(of environment: EnvironmentName?, last count: Int) async throws -> [OneOffCommand] {
        try await acts(.command, of: environment, last: count)
    }

    package func journal(of deployment: DeploymentID) async throws -> [JournalEntry] {
        try await database.read { database in
            try decodeAll(
                JournalEntry.self, "SELECT body FROM journal WHERE deployment = ? ORDER BY sequence",
                [deployment.number], in: database
            )
        }
    }

    package func deployment(_ id: DeploymentID) async throws -> Deployment? {
        try await database.read {
            try decodeAll(Deployment.self, "SELECT body FROM deployment WHERE id = ?", [id.number], in: $0).first
        }
    }

    package func deployments(in environment: EnvironmentName?, last count: Int) async throws -> [Deployment] {
        // Two statements, so that each walks an index from its end and reads no more than it answers.
        try await database.read { database in
            guard let environment else {
                let sql = "SELECT body FROM deployment ORDER BY id DESC LIMIT ?"
                return try decodeAll(Deployment.self, sql, [count], in: database)
            }
            let sql = "SELECT body FROM deployment WHERE environment = ? ORDER BY id DESC LIMIT ?"
            return try decodeAll(Deployment.self, sql, [environment.rawValue, count], in: database)
        }
    }

    package func highestNumber() async throws -> Int {
        try await database.read { try Int.fetchOne($0, sql: "SELECT max(id) FROM deployment") ?? 0 }
    }
}

// MARK: - Inside a transaction

extension DeploymentStore {
    private func takeLease(
        of deployment: Deployment, as process: ProcessIdentity, at now: Date, in database: Database
    ) throws -> Lease {
        let (held, fence) = try currentLease(of: deployment.environment, in: database)
        // This process drives one deployment of an environment at a time: its own earlier lease is a left-over.
        if let held, held.process != process, isAlive(held.process) { throw LeaseHeld(lease: held, now: now) }
        let lease = Lease(
            environment: deployment.environment, deployment: deployment.id, holder: deployment.requestedBy,
            process: process, since: deployment.createdAt, fence: fence + 1
        )
        try database.execute(
            sql: """
                INSERT INTO lease (environment, fence, body) VALUES (?, ?, ?)
                ON CONFLICT (environment) DO UPDATE SET fence = excluded.fence, body = excluded.body
                """,
            arguments: [lease.environment.rawValue, lease.fence, try JSONEncoder().encode(lease)]
        )
        return lease
    }

    private func currentLease(of environment: EnvironmentName, in database: Database) throws -> (
        lease: Lease?, fence: Int
    ) {
        let row = try Row.fetchOne(
            database, sql: "SELECT fence, body FROM lease WHERE environment = ?", arguments: [environment.rawValue]
        )
        guard let row else { return (nil, 0) }
        let body: Data? = row["body"]
        return (try body.map { try JSONDecoder().decode(Lease.self, from: $0) }, row["fence"])
    }

    private func refuseFenced(_ id: DeploymentID, fence: Int, in database: Database) throws {
        let body = try Data.fetchOne(
            database, sql: "SELECT body FROM deployment WHERE id = ?", arguments: [id.number]
        )
        guard let body else { throw StoreError.unknownDeployment(id) }
        let environment = try JSONDecoder().decode(Deployment.self, from: body).environment
        guard try currentLease(of: environment, in: database).fence == fence else {
            throw StoreError.fenced(environment, id)
        }
    }

    /// Answers whether the deployment is new.
    private func insert(_ deployment: Deployment, in database: Database) throws -> Bool {
        try database.execute(
            sql: "INSERT OR IGNORE INTO deployment (id, environment, body) VALUES (?, ?, ?)",
            arguments: [
                deployment.id.number, deployment.environment.rawValue, try JSONEncoder().encode(deployment),
            ]
        )
        return database.changesCount > 0
    }

    /// Whether a deployment was ever opened here: of one that a full spool could not take, only remarks are left.
    private func isKnown(_ id: DeploymentID, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM deployment WHERE id = ?)", arguments: [id.number]
        ) ?? false
    }

    private func insert(_ entry: JournalEntry, in database: Database) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO journal (deployment, sequence, body) VALUES (?, ?, ?)",
            arguments: [entry.deployment.number, entry.sequence, try JSONEncoder().encode(entry)]
        )
    }

    /// A table of acts; all of them look the same.
    private enum ActTable: String {
        case maintenance
        case command
    }

    private func acts<Act: EnvironmentAct>(
        _ table: ActTable, of environment: EnvironmentName?, last count: Int
    ) async throws -> [Act] {
        try await database.read { database in
            try decodeAll(
                Act.self,
                "SELECT body FROM \(table) WHERE ?1 IS NULL OR environment = ?1 ORDER BY createdAt DESC LIMIT ?2",
                [environment?.rawValue, count], in: database
            )
        }
    }

    /// The result takes the place of the intent, and never the other way round.
    private func write(_ act: some EnvironmentAct, to table: ActTable, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO \(table) (id, environment, createdAt, body) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE ?5
                """,
            arguments: [
                act.id.uuidString, act.environment.rawValue, act.createdAt.timeIntervalSinceReferenceDate,
                try JSONEncoder().encode(act), act.outcome != nil,
            ]
        )
    }

    private func decodeAll<Value: Decodable>(
        _ type: Value.Type, _ sql: String, _ arguments: StatementArguments, in database: Database
    ) throws -> [Value] {
        try Data.fetchAll(database, sql: sql, arguments: arguments).map {
            try JSONDecoder().decode(type, from: $0)
        }
    }
}
