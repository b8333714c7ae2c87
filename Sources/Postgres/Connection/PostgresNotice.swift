import CPostgres

/// What the server said beside an answer: a warning, a notice, a debugging message.
package struct PostgresNotice: Sendable, Equatable {
    /// `DEBUG`, `LOG`, `INFO`, `NOTICE` or `WARNING`, in the server's language.
    package let severity: String
    package let sqlState: String
    package let message: String

    package init(severity: String, sqlState: String, message: String) {
        self.severity = severity
        self.sqlState = sqlState
        self.message = message
    }
}

/// Keeps the notices of one connection; nothing of them goes to this process's standard error.
///
/// libpq calls it on the thread that reads the connection, which is the one thread of its `PostgresConnection`.
final class NoticeCollector {
    var isCollecting = false
    private var notices: [PostgresNotice] = []

    /// Takes the connection's notices; must live as long as the connection.
    func listen(to connection: OpaquePointer) {
        let receiver = Unmanaged.passUnretained(self).toOpaque()
        PQsetNoticeReceiver(
            connection,
            { receiver, result in
                guard let receiver, let result else { return }
                Unmanaged<NoticeCollector>.fromOpaque(receiver).takeUnretainedValue().add(result)
            }, receiver)
    }

    func take() -> [PostgresNotice] {
        defer { notices = [] }
        return notices
    }

    private func add(_ result: OpaquePointer) {
        guard isCollecting, notices.count < PostgresLimits.notices else { return }
        notices.append(PostgresNotice(result))
    }
}

extension PostgresNotice {
    fileprivate init(_ result: OpaquePointer) {
        // PG_DIAG_SEVERITY, _SQLSTATE, _MESSAGE_PRIMARY: character macros, which Swift lacks.
        func field(_ code: UnicodeScalar) -> String {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) } ?? ""
        }
        self.init(severity: field("S"), sqlState: field("C"), message: field("M"))
    }
}
