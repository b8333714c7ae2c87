package import Postgres

/// Why a rehearsal cannot take place; the database that it was asked for is untouched.
package enum RehearsalError: Error, Equatable {
    case serverTooOld(version: String)
    /// Tables whose rows the role may not read, so that no complete backup can be made.
    case unreadableTables(role: String, tables: [String])
    /// A table whose policies hide rows from the role.
    case hiddenRows(role: String, tables: [String])
    case diskTooSmall(folder: String, neededBytes: Int, freeBytes: Int)
    /// The clone's server lacks extensions that the database uses.
    case missingExtensions([String])
    /// The clone's server is older than the one to be rehearsed for.
    case cloneTooOld(version: String, needed: Int)
    /// The backup cannot be restored, so it is none.
    case restoreFailed(PostgresError)
    case noRightToCreate(role: String)
    /// The clone's server lacks roles that own or may use objects, and the role may not make them.
    case missingRoles(role: String, missing: [String])
}

extension RehearsalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .serverTooOld(let version):
            "The server is PostgreSQL \(version); a rehearsal needs 15 or newer: upgrade it first."
        case .unreadableTables(let role, let tables):
            "The role \(role) may not read \(Self.list(tables)), so the backup would be incomplete: GRANT SELECT to it, "
                + "or use the tables' owner."
        case .hiddenRows(let role, let tables):
            "Row security hides rows of \(Self.list(tables)) from the role \(role), so the backup would be incomplete: "
                + "use a role with BYPASSRLS."
        case .diskTooSmall(let folder, let neededBytes, let freeBytes):
            "The clone may need \(Self.megabytes(neededBytes)) MB but the disk of \(folder) has only "
                + "\(Self.megabytes(freeBytes)) MB free: free some space, or name another server with --clone."
        case .missingExtensions(let names):
            "The clone's server lacks the extensions \(Self.list(names)): install their packages on this machine, or "
                + "name a server that has them with --clone."
        case .cloneTooOld(let version, let needed):
            "The clone's server is PostgreSQL \(version), older than \(needed) of the database: install postgresql-"
                + "\(needed), or name a newer server with --clone."
        case .restoreFailed(let reason):
            "The backup cannot be restored, so nothing can be rehearsed on it. \(reason)"
        case .missingRoles(let role, let missing):
            "The clone's server lacks the roles \(Self.list(missing)), and \(role) may not make them: ALTER ROLE \(role) "
                + "CREATEROLE, or leave --clone away."
        case .noRightToCreate(let role):
            "The role \(role) may not create databases on the clone's server: ALTER ROLE \(role) CREATEDB, or leave "
                + "--clone away."
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
    }

    private static func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
}
