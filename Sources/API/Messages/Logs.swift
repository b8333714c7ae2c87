package import Domain
import Foundation

/// Lines of an environment's logs, oldest first.
package struct LogReport: Codable, Equatable, Sendable {
    /// One line with where it comes from.
    package struct Line: Codable, Equatable, Sendable {
        package var slot: SlotName
        package var release: String
        package var process: String
        package var text: String

        package init(slot: SlotName, release: String, process: String, text: String) {
            self.slot = slot
            self.release = release
            self.process = process
            self.text = text
        }
    }

    package var lines: [Line]
    package init(lines: [Line]) { self.lines = lines }
}

extension LogReport.Line {
    /// When it was written (UTC, ISO 8601), as its log says it; empty where it says none.
    package var stamp: String { String(text.prefix { $0 != " " }) }

    /// The process among all of its environment: `s1/web.1`.
    package var source: String { "\(slot)/\(process)" }
}

/// How far a reader of followed logs has come; with it, another stream goes on where an earlier one broke off.
package struct LogPosition: Equatable, Sendable {
    /// The last time stamp read of a process, and how many lines with that stamp.
    private struct Seen: Equatable {
        var stamp: String
        var lines: Int
    }

    private var seen: [String: Seen] = [:]
    /// Lines that a new stream repeats, by process.
    private var repeated: [String: Int] = [:]

    package init() {}

    /// Where a new stream begins, for `seen`.
    package var text: String {
        seen.map { "\($0.key)@\($0.value.stamp)" }.sorted().joined(separator: ",")
    }

    /// Notes that a stream begins anew: it repeats the lines that have the last time stamp.
    package mutating func beginAgain() { repeated = seen.mapValues(\.lines) }

    /// Whether a line is new; it is seen then.
    package mutating func take(_ line: LogReport.Line) -> Bool {
        let known = seen[line.source]
        if known?.stamp == line.stamp, let left = repeated[line.source], left > 0 {
            repeated[line.source] = left - 1
            return false
        }
        repeated[line.source] = nil
        seen[line.source] = Seen(stamp: line.stamp, lines: known?.stamp == line.stamp ? (known?.lines ?? 0) + 1 : 1)
        return true
    }

    /// What `text` says: time stamps by process. Nil when it says nothing of that kind.
    package static func stamps(in text: String) -> [String: String]? {
        var stamps: [String: String] = [:]
        for part in text.split(separator: ",") {
            guard let at = part.lastIndex(of: "@"), at != part.startIndex else { return nil }
            stamps[String(part[..<at])] = String(part[part.index(after: at)...])
        }
        return stamps
    }
}
