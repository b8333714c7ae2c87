import ArgumentParser
import ControlPlane
import Foundation
import Glibc
import Migrations
import Postgres

/// Which database is meant, and who asks.
struct MigrationDatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("database"),
        help: ArgumentHelp(
            "The database, as postgres://user@host:5432/name; without it, $DATABASE_URL.",
            discussion: "A password here is seen by everybody on the machine: write the URL into a file.",
            valueName: "url"))
    var url: String?
    @Option(
        name: .customLong("database-file"),
        help: ArgumentHelp("A file with the database's URL; '-' for standard input.", valueName: "file"))
    var file: String?

    func validate() throws {
        guard url == nil || file == nil else {
            throw ValidationError("'--database' and '--database-file' exclude each other; give one of them.")
        }
    }

    /// What the file says, without the end of its line.
    private func written() throws -> String? {
        guard let file else { return nil }
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try handle?.read(upToCount: 65_536) else {
            throw CommandExit(.unusable, "The file \(file) of --database-file cannot be read, or is empty.")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func address() throws -> PostgresAddress {
        guard let url = try url ?? written() ?? ProcessInfo.processInfo.environment["DATABASE_URL"] else {
            throw CommandExit(
                .unusable, "No database is named: give --database URL or --database-file FILE, or set DATABASE_URL.")
        }
        do {
            let address = try PostgresAddress(url: url)
            if self.url != nil, address.parameters["password"] != nil || address.parameters["sslpassword"] != nil {
                throw CommandExit(
                    .unusable,
                    "A password on the command line is seen by everybody on this machine: write the URL into a file and "
                        + "give --database-file, or the password into ~/.pgpass.")
            }
            return address
        } catch let exit as CommandExit {
            throw exit
        } catch {
            throw CommandExit(.unusable, "\(error)")
        }
    }
}

/// How a change of the schema is carried out.
struct MigrationChangeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who asks for it; without it, the user that runs the command.", valueName: "name"))
    var author: String?
    @Option(
        help: ArgumentHelp(
            "How long a statement may stand in the queue for a lock, in front of the application's queries.",
            valueName: "ms"))
    var lockWait = 25
    @Option(help: ArgumentHelp("For how long locks are tried for before a step is given up.", valueName: "s"))
    var patience = 60

    func validate() throws {
        guard (1...60_000).contains(lockWait) else { throw ValidationError("'--lock-wait' takes 1 to 60000.") }
        guard (1...86_400).contains(patience) else { throw ValidationError("'--patience' takes 1 to 86400.") }
    }

    var cause: ExecutionCause { ExecutionCause(author: author ?? Self.user) }

    func executor(at address: PostgresAddress, backfillLimits: BackfillLimits = BackfillLimits()) -> MigrationExecutor {
        var limits = ExecutionLimits()
        limits.lockQueue = .milliseconds(lockWait)
        limits.lockPatience = .seconds(patience)
        return MigrationExecutor(
            address: address, limits: limits, backfillLimits: backfillLimits, tell: Self.tell,
            boundary: FaultInjection.observerOfCommand() ?? { _ in })
    }

    @Sendable private static func tell(_ event: ExecutionEvent) {
        if case .backfilling = event, Terminal.showsProgress { return Terminal.sayProgress("\(event)") }
        if Terminal.showsProgress { Terminal.endProgress() }
        Terminal.narrate("\(event)")
    }

    /// The account's name; its number where it has none.
    private static var user: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "uid \(getuid())" }
        return String(cString: name)
    }
}

extension CommandExit {
    /// How a command that reads or changes a database's migrations ends for an error.
    init(migrating error: any Error) {
        switch error {
        case let exit as CommandExit: self = exit
        case ScaffoldError.taken, ScaffoldError.unwritable: self.init(.wentWrong, "\(error)")
        case is SQLSyntaxError, is MigrationError, is BackfillError, is ScaffoldError:
            self.init(.unusable, "\(error)")
        case let error as ExecutionError where error.isUnusableInput: self.init(.unusable, "\(error)")
        default: self.init(.wentWrong, "\(error)")
        }
    }

    static func migrating<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch {
            throw CommandExit(migrating: error)
        }
    }

    static func migrating<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch {
            throw CommandExit(migrating: error)
        }
    }
}
