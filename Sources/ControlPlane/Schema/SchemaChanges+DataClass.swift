import Domain
import Foundation
import Migrations
import Postgres

/// What kind of data the databases hold.
extension SchemaChanges {
    /// Throws where the environment's database holds data that the environment may not have; changes nothing.
    func checkData(of environment: EnvironmentDefinition) async throws {
        guard environment.data != nil else { return }
        try await mark(of: environment)?.check(for: environment)
    }

    /// Marks a database that nobody has marked with the kind of data that its environment has; throws where it holds other
    /// data. A role that may make no table leaves it unmarked.
    func markData(of environment: EnvironmentDefinition) async throws {
        guard let data = environment.data,
            let address = try await databases.administrativeAddress(of: environment)
        else { return }
        try await PostgresConnection.using(address, applicationName: "switchyard data class") { connection in
            if let mark = try await DataClassMark.read(connection) { return try mark.check(for: environment) }
            do {
                try await DataClassMark(data: data, environment: environment.name.rawValue).write(connection)
            } catch PostgresError.server("42501", _, _, _) {
                return
            }
        }
    }

    /// Writes the mark anew, whatever it said before; answers what it said.
    func remark(_ environment: EnvironmentDefinition, as data: DataClass) async throws -> DataClassMark? {
        guard let address = try await databases.administrativeAddress(of: environment) else {
            throw ControlPlaneError.noDatabase(environment.name)
        }
        return try await PostgresConnection.using(address, applicationName: "switchyard data class") { connection in
            let before = try await DataClassMark.read(connection)
            try await DataClassMark(data: data, environment: environment.name.rawValue).write(connection)
            return before
        }
    }

    /// Nil where there is no database, or none that is marked.
    func mark(of environment: EnvironmentDefinition) async throws -> DataClassMark? {
        guard let address = try await databases.administrativeAddress(of: environment) else { return nil }
        return try await PostgresConnection.using(address, applicationName: "switchyard data class") { connection in
            try await DataClassMark.read(connection)
        }
    }

    /// The migrations that the environment's database has, by name and phase; none where there is no database.
    func appliedMigrations(in environment: EnvironmentDefinition) async throws -> [String] {
        guard let address = try await databases.administrativeAddress(of: environment) else { return [] }
        return try await PostgresConnection.using(address, applicationName: "switchyard schema") { connection in
            try await MigrationHistory(connection: connection).applied().map { "\($0.name) \($0.phase.rawValue)" }
        }
    }
}
