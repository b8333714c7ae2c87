/// One row of a result; its columns are read by name.
package struct PostgresRow: Sendable {
    let columns: PostgresColumns
    let values: [String?]

    /// Reads a column; `T` may be an Optional, otherwise SQL's NULL is refused.
    ///
    /// Throws `PostgresError.decoding` when the column is missing, null or no such value.
    package func decode<T: PostgresDecodable>(_ column: String, as type: T.Type = T.self) throws -> T {
        guard let index = columns.indexes[column] else {
            throw refusal(column, type, "the result has the columns \(columns.names.joined(separator: ", "))")
        }
        guard let text = values[index] else {
            guard let value = T.valueOfNull else { throw refusal(column, type, "it is null") }
            return value
        }
        guard let value = T(postgresText: text) else { throw refusal(column, type, "its text has another form") }
        return value
    }

    private func refusal(_ column: String, _ type: Any.Type, _ reason: String) -> PostgresError {
        .decoding(column: column, type: "\(type)", reason: reason)
    }
}

/// The columns of a result, shared by its rows.
final class PostgresColumns: Sendable {
    let names: [String]
    let indexes: [String: Int]

    init(names: [String]) {
        self.names = names
        indexes = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }
}
