package import Domain
package import GRDB
import Glibc

/// Switchyard's own state: one SQLite file, WAL, synchronous FULL.
///
/// It is opened when it is first needed and again after a failure, so that a full disk at start keeps nobody from
/// going back: see `DeploymentStore`.
package actor StateDatabase {
    package let path: String
    private let willMigrate: @Sendable () throws -> Void
    private var opened: (any DatabaseWriter)?

    /// `willMigrate` is called at each opening, when the copy of an older database is there and nothing was changed yet;
    /// what it throws leaves the database as it was.
    package init(path: String, willMigrate: @escaping @Sendable () throws -> Void = {}) {
        self.path = path
        self.willMigrate = willMigrate
    }

    /// The database, opened and migrated to the schema of this version.
    package func writer() throws -> any DatabaseWriter {
        if let opened { return opened }
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(Limits.busySeconds)
        configuration.maximumReaderCount = Limits.readers
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        makePrivate()
        let pool: DatabasePool
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try refuseNewerSchema(pool)
            try keepOlder(pool)
            try willMigrate()
            try Schema.migrator.migrate(pool)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
        opened = pool
        return pool
    }

    /// Runs the body in one transaction that may write; throws `StoreError` for what SQLite refuses.
    nonisolated func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        do {
            return try await writer().write(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// Runs the body on one state of the database; throws `StoreError` for what SQLite refuses.
    nonisolated func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        do {
            return try await writer().read(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// SQLite gives its side files the mode of the database, which everybody could read without this: the state
    /// folder can be passed through.
    private nonisolated func makePrivate() {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Keeps a copy of a database that an older Switchyard wrote, before it is migrated: `PATH.schema-1`.
    private nonisolated func keepOlder(_ pool: DatabasePool) throws {
        let applied = try pool.read(Schema.migrator.appliedIdentifiers)
        guard !applied.isEmpty, try pool.read({ try !Schema.migrator.hasCompletedMigrations($0) }) else { return }
        let kept = "\(path).schema-\(applied.count)"
        let unfinished = "\(kept).unfinished"
        // One that was begun may be half.
        unlink(unfinished)
        defer { unlink(unfinished) }
        let copy = try DatabaseQueue(path: unfinished)
        try pool.backup(to: copy)
        try copy.close()
        guard chmod(unfinished, 0o600) == 0, rename(unfinished, kept) == 0 else {
            throw StoreError.unusable(path: kept, reason: "the copy of the older database cannot be put there")
        }
    }

    private nonisolated func refuseNewerSchema(_ pool: DatabasePool) throws {
        if try pool.read(Schema.migrator.hasBeenSuperseded) { throw StoreError.newerSchema(path: path) }
    }
}

/// What keeps the state from being read or written.
package enum StoreError: Error, Equatable, CustomStringConvertible {
    case unusable(path: String, reason: String)
    case diskFull(path: String)
    case newerSchema(path: String)
    case unknownDeployment(DeploymentID)
    case numberTaken(DeploymentID)
    /// Another holder has the lease by now.
    case fenced(EnvironmentName, DeploymentID)

    package var description: String {
        switch self {
        case .unusable(let path, let reason):
            "The state database \(path) cannot be used: \(reason). If the file is damaged, end 'switchyard serve', move "
                + "it and \(path)-wal away and start again: what runs goes on, and the history begins anew."
        case .diskFull(let path):
            "The disk of the state database \(path) is full: free some space and try again."
        case .newerSchema(let path):
            "The state database \(path) was written by a newer Switchyard; start that version or a newer one."
        case .unknownDeployment(let id):
            "The state database knows no deployment \(id)."
        case .numberTaken(let id):
            "There is a deployment \(id) already; nothing was begun, so ask again."
        case .fenced(let environment, let deployment):
            "Deployment \(deployment) lost its lease of \(environment) and may change nothing more."
        }
    }
}

extension StoreError {
    /// What SQLite refused; its statement stays out of the sentence.
    init(_ error: DatabaseError, path: String) {
        self =
            error.resultCode == .SQLITE_FULL
            ? .diskFull(path: path) : .unusable(path: path, reason: error.message ?? "\(error.resultCode)")
    }
}

/// The bounds of this room.
enum Limits {
    /// How long a write waits for another one, in seconds.
    static let busySeconds = 2.0
    /// Connections that read at the same time.
    static let readers = 2
    /// Statements remembered of an environment.
    static let statementUses = 20_000
    /// How long a statement is remembered that nobody sends any more, in seconds.
    static let statementAge: Double = 90 * 86_400
    /// Releases on trial of which is kept what was seen.
    static let trials = 100
}
