/// The log of a PostgreSQL server in CSV form (`log_destination = csvlog`).
package struct ServerLog: Sendable {
    /// The settings of a server that writes one, into `statements.csv` of a folder.
    package static func settings(folder: String) -> [String: String] {
        [
            "logging_collector": "on", "log_destination": "csvlog", "log_directory": folder,
            "log_filename": "statements.log", "log_rotation_age": "0", "log_rotation_size": "0",
            "log_parameter_max_length": "-1",
        ]
    }

    /// The file's name in that folder.
    package static let file = "statements.csv"

    let records: [Record]

    /// One message of the server.
    struct Record: Sendable, Equatable {
        let user: String
        let database: String
        let session: String
        /// The server process and the number of its transaction: `3/14`; `3/0` outside of one.
        let virtualTransaction: String
        let severity: String
        let message: String
        let detail: String
        /// The text that an error is about.
        let query: String

        var isError: Bool { ["ERROR", "FATAL", "PANIC"].contains(severity) }
        var endsSession: Bool { severity != "ERROR" && isError }
        var isInTransaction: Bool { !virtualTransaction.hasSuffix("/0") && !virtualTransaction.isEmpty }
    }

    /// Reads the file's text; lines of other forms are passed over.
    package init(csv: [UInt8]) {
        records = CSVText.rows(in: csv).compactMap(Record.init(fields:))
    }

    init(_ records: [Record]) { self.records = records }

    /// What one role sent to one database.
    package func sent(by user: String, to database: String) -> ServerLog {
        ServerLog(records.filter { $0.user == user && $0.database == database })
    }

    /// Whether that role said nothing at all.
    package var isEmpty: Bool { records.isEmpty }
}

extension ServerLog.Record {
    /// By their places, which have been these since PostgreSQL 14.
    fileprivate init?(fields: [String]) {
        guard fields.count >= 23 else { return nil }
        self.init(
            user: fields[1], database: fields[2], session: fields[5], virtualTransaction: fields[9],
            severity: fields[11], message: fields[13], detail: fields[14], query: fields[19])
    }
}

/// Text of comma-separated values, in which a value in quotes may hold commas, line ends and doubled quotes.
enum CSVText {
    static func rows(in bytes: [UInt8]) -> [[String]] {
        var reader = Reader()
        for byte in bytes { reader.take(byte) }
        return reader.rows
    }

    private struct Reader {
        private(set) var rows: [[String]] = []
        private var row: [String] = []
        private var value: [UInt8] = []
        private var isQuoted = false

        mutating func take(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "\""):
                // A quote inside quotes is doubled: the first one seems to end the value, the second begins it again.
                if !isQuoted, wasQuote { value.append(byte) }
                isQuoted.toggle()
                wasQuote = !isQuoted
                return
            case UInt8(ascii: ",") where !isQuoted: endValue()
            case UInt8(ascii: "\n") where !isQuoted:
                endValue()
                rows.append(row)
                row = []
            default: value.append(byte)
            }
            wasQuote = false
        }

        /// Whether the byte before closed a value's quotes.
        private var wasQuote = false

        private mutating func endValue() {
            row.append(String(decoding: value, as: UTF8.self))
            value.removeAll(keepingCapacity: true)
        }
    }
}
