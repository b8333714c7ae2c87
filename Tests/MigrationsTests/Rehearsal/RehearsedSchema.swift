import Foundation
import Migrations
import Postgres
import TestSupport

/// The schema of the labelled statements, and databases that are copies of it.
struct RehearsedSchema {
    let template: PostgresAddress

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Benchmarks/migrations")

    static var sql: String {
        get throws { try String(contentsOf: folder.appending(path: "schema.sql"), encoding: .utf8) }
    }

    /// Fills an empty database with it.
    static func fill(_ address: PostgresAddress) async throws -> RehearsedSchema {
        let sql = try sql
        try await PostgresConnection.using(address, applicationName: "test") { connection in
            try await connection.executeScript(sql)
        }
        return RehearsedSchema(template: address)
    }

    /// Lends a copy, which is dropped afterwards.
    func withCopy<Value>(_ body: (PostgresAddress) async throws -> Value) async throws -> Value {
        let name = "copy_\(UUID().uuidString.replacing("-", with: "").lowercased())"
        let server = template.database("postgres")
        try await PostgresConnection.using(server, applicationName: "test") { connection in
            _ = try await connection.execute(
                "CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template.database ?? "")")
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(template.database(name))) } catch { result = .failure(error) }
        try await PostgresConnection.using(server, applicationName: "test") { connection in
            _ = try await connection.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
        }
        return try result.get()
    }

    /// Lends the database as a role of the test's own reaches it, with the given attributes.
    func withRole(_ attributes: String, _ body: (PostgresAddress) async throws -> Void) async throws {
        let name = "role_\(UUID().uuidString.prefix(8).lowercased())"
        try await PostgresConnection.using(template, applicationName: "test") { connection in
            try await connection.executeScript("CREATE ROLE \(name) LOGIN PASSWORD 'secret' \(attributes)")
            var parameters = template.parameters
            parameters["user"] = name
            parameters["password"] = "secret"
            try await body(PostgresAddress(parameters: parameters))
            try await connection.execute("DROP ROLE \(identifier: name)")
        }
    }

    /// Rehearses one migration for a database with the server of the tests for the clone.
    ///
    /// `address` is the database as the examined role reaches it, by default as the superuser does.
    func rehearse(
        _ migration: Migration, as address: PostgresAddress? = nil, observed: ObservedStatements = ObservedStatements()
    ) async throws -> RehearsalReport {
        try await withTemporaryFolder { folder in
            let backup = "\(folder)/backup"
            try await PostgresProgram("pg_dump", of: .find(holding: "pg_dump")).run(
                [
                    "--format=directory", "--file=\(backup)",
                    "--dbname=\(template.connectionStringWithoutPassword)",
                ], environment: ["PGPASSWORD": template.password], limit: .seconds(60))
            let database = try await RehearsedDatabase.examine(address ?? template)
            var rehearsal = Rehearsal(migrations: [migration], database: database, observed: observed)
            rehearsal.limits = .unhurried
            return try await RehearsalClone.with(
                of: database, backup: backup, on: template.database("postgres"), limits: rehearsal.limits
            ) { clone in
                try await rehearsal.run(on: clone)
            }
        }
    }

    /// The findings for each statement of a text that is traced on a copy.
    func findings(
        in sql: String, phase: MigrationPhase = .expand, limits: RehearsalLimits = .unhurried
    ) async throws -> [[RehearsalFinding]] {
        try await withCopy { copy in
            let tracer = try await StatementTracer(clone: copy, limits: limits)
            let statements = try PgQueryParser().statements(in: sql, file: "expand.sql")
            return tracer.findings(for: try await tracer.trace(statements, phase: phase))
        }
    }
}

extension RehearsalLimits {
    /// A budget that no machine is too slow for: what is asserted is what was locked, read and written.
    static var unhurried: RehearsalLimits {
        var limits = RehearsalLimits()
        limits.budget = .seconds(600)
        return limits
    }
}
