/// What HAProxy's sockets answer, as values.
package enum RuntimeReply {
    /// The master's `show proc`.
    package struct Processes: Equatable, Sendable {
        /// A process that serves requests.
        package struct Worker: Equatable, Hashable, Sendable {
            package let process: Int32
            /// Whether it takes new connections; an old one only finishes what it has.
            package let isCurrent: Bool
        }

        package var workers: [Worker] = []
        package var failedReloads = 0
    }

    /// A line of `show stat`, by the column names of its head.
    package struct StatisticsRow: Equatable, Sendable {
        package let values: [String: String]
        package subscript(_ column: String) -> Int { values[column].flatMap { Int($0) } ?? 0 }
        package var proxy: String { values["pxname"] ?? "" }
        package var server: String { values["svname"] ?? "" }
        package var status: String { values["status"] ?? "" }
    }

    /// A line of `show sess`.
    package struct Session: Equatable, Sendable {
        /// The address by which `shutdown session` knows it.
        package let id: String
        package let backend: String
    }

    /// A line of `show servers state`.
    package struct Server: Equatable, Sendable {
        package let backend: String
        package let name: String
        package let port: Int
        package let inMaintenance: Bool
    }
}

extension RuntimeReply {
    package static func processes(_ text: String) -> Processes {
        var processes = Processes()
        var isCurrent = true
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# old workers") { isCurrent = false }
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count >= 3, let process = Int32(words[0]) else { continue }
            if words[1] == "worker" { processes.workers.append(.init(process: process, isCurrent: isCurrent)) }
            if words[1] == "master", let failed = line.firstRange(of: "[failed: ") {
                processes.failedReloads = Int(line[failed.upperBound...].prefix { $0.isNumber }) ?? 0
            }
        }
        return processes
    }

    /// Reads `show stat`, also several such replies one after the other.
    package static func statistics(_ text: String) -> [StatisticsRow] {
        var columns: [String] = []
        var rows: [StatisticsRow] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if line.hasPrefix("# pxname") {
                columns = fields.map { $0.replacing("# ", with: "") }
            } else if fields.count == columns.count {
                let pairs = zip(columns, fields).filter { !$0.0.isEmpty }
                rows.append(StatisticsRow(values: Dictionary(pairs, uniquingKeysWith: { first, _ in first })))
            }
        }
        return rows
    }

    package static func sessions(_ text: String) -> [Session] {
        text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("0x"), let colon = line.firstIndex(of: ":"),
                let backend = line.split(separator: " ").first(where: { $0.hasPrefix("be=") })
            else { return nil }
            return Session(id: String(line[..<colon]), backend: String(backend.dropFirst(3)))
        }
    }

    package static func servers(_ text: String) -> [Server] {
        var columns: [Substring] = []
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            if line.hasPrefix("# be_id") { columns = Array(words.dropFirst()) }
            guard !columns.isEmpty, words.count == columns.count else { return nil }
            let values = Dictionary(uniqueKeysWithValues: zip(columns, words))
            guard let backend = values["be_name"], let name = values["srv_name"],
                let port = values["srv_port"].flatMap({ Int($0) }),
                let state = values["srv_admin_state"].flatMap({ Int($0) })
            else { return nil }
            // Bits 0 and 1: maintenance by command and by the tracked server; bit 2 only says what the file said.
            return Server(backend: String(backend), name: String(name), port: port, inMaintenance: state & 0b11 != 0)
        }
    }

    /// Reads `show table` of a table that stores `conn_cur`: the connections of each key, also after other replies.
    package static func trackedConnections(_ text: String) -> [String: Int] {
        let entries = text.matches(of: /key=(\S+) .*\bconn_cur=(\d+)/).compactMap { match in
            Int(match.output.2).map { (String(match.output.1), $0) }
        }
        return Dictionary(entries, uniquingKeysWith: +)
    }

    /// The value in an answer to `get map`.
    static func mapValues(_ text: String) -> [String] {
        text.matches(of: /value="([^"]*)"/).map { String($0.output.1) }
    }
}
