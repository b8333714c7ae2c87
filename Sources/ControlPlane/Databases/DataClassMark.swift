import Domain
import Foundation
import Postgres

/// What kind of data a database holds, written into it, so that its copies tell it too.
struct DataClassMark: Equatable, Sendable {
    let data: DataClass
    /// Which environment has marked it.
    let environment: String

    /// Nil for a database that nobody has marked.
    static func read(_ connection: PostgresConnection) async throws -> DataClassMark? {
        let isThere: Bool = try await connection.query(
            "SELECT to_regclass('switchyard.data_class') IS NOT NULL AS present")[0].decode("present")
        guard isThere,
            let row = try await connection.query("SELECT class, environment FROM switchyard.data_class").first,
            let data = DataClass(rawValue: try row.decode("class"))
        else { return nil }
        return DataClassMark(data: data, environment: try row.decode("environment"))
    }

    func write(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE SCHEMA IF NOT EXISTS switchyard;
            CREATE TABLE IF NOT EXISTS switchyard.data_class (
                is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
                class text NOT NULL CHECK (class IN ('test', 'sanitised', 'live')),
                environment text NOT NULL,
                marked_at timestamptz NOT NULL DEFAULT now());
            """)
        try await connection.execute(
            """
            INSERT INTO switchyard.data_class (class, environment) VALUES (\(data.rawValue), \(environment))
            ON CONFLICT (is_only) DO UPDATE SET class = excluded.class, environment = excluded.environment,
                marked_at = now()
            """)
    }

    /// Throws where an environment may not have the data.
    func check(for definition: EnvironmentDefinition) throws {
        guard let wanted = definition.data, !data.isFit(for: wanted) else { return }
        throw ControlPlaneError.wrongData(data, markedBy: environment, definition.name, wanted)
    }
}
