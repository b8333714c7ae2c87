import CPostgres

extension PostgresColumns {
    /// The columns of a result of libpq.
    convenience init(_ result: OpaquePointer) {
        self.init(names: (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) })
    }
}

extension PostgresRow {
    /// Copies the rows out of a result of libpq.
    static func rows(of result: OpaquePointer, columns: PostgresColumns) -> [PostgresRow] {
        (0..<PQntuples(result)).map { row in
            PostgresRow(
                columns: columns,
                values: (0..<PQnfields(result)).map { column in
                    guard PQgetisnull(result, row, column) == 0 else { return nil }
                    return String(cString: PQgetvalue(result, row, column))
                })
        }
    }
}

extension PostgresError {
    /// The refusal that a result of libpq carries.
    init(_ result: OpaquePointer) {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE, _MESSAGE_PRIMARY, _MESSAGE_DETAIL, _MESSAGE_HINT: character macros, which Swift lacks.
        self = .server(
            sqlState: field("C") ?? "XX000",
            message: field("M") ?? String(cString: PQresultErrorMessage(result)),
            detail: field("D"), hint: field("H"))
    }

    var message: String? {
        guard case .server(_, let message, _, _) = self else { return nil }
        return message
    }
}

extension PostgresQuery {
    /// Lends the parameters in the form that libpq takes.
    func withParameters<Value>(_ body: ([Oid], [UnsafePointer<CChar>?]) -> Value) -> Value {
        withCStrings(bindings.map(\.text)) { values in
            body(bindings.map(\.type.objectIdentifier), Array(values.dropLast()))
        }
    }
}

/// Lends texts as C strings, with a null pointer for nil and one at the end.
func withCStrings<Value>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
    var bytes: [CChar] = []
    let offsets = texts.map { text -> Int? in
        guard let text else { return nil }
        defer { bytes.append(contentsOf: text.utf8CString) }
        return bytes.count
    }
    return bytes.withUnsafeBufferPointer { buffer in
        body(offsets.map { offset in offset.flatMap { buffer.baseAddress?.advanced(by: $0) } } + [nil])
    }
}
