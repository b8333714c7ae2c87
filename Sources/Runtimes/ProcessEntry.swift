import Foundation
import Glibc

/// One line of the system's process table, from /proc/PID/stat (proc(5)).
package struct ProcessEntry: Equatable, Sendable {
    package let pid: Int32
    package let program: String
    /// `Z` is a process that has ended and was not collected yet.
    package let state: Character
    package let parent: Int32
    package let group: Int32
    /// Clock ticks between boot and the process's start.
    package let startTicks: UInt64

    package init?(pid: Int32) {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
        else { return nil }
        // The program's name may hold spaces and parentheses: the other fields begin after the last one.
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let group = Int32(fields[2]),
            let ticks = UInt64(fields[19]), let state = fields[0].first
        else { return nil }
        self.pid = pid
        program = String(text[text.index(after: open)..<close])
        self.state = state
        self.parent = parent
        self.group = group
        startTicks = ticks
    }

    /// The arguments, the program's name first; empty for a process that has ended.
    package var arguments: [String] {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return [] }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether this very process, and not a later one with its pid, still runs.
    package var isAlive: Bool {
        guard let now = ProcessEntry(pid: pid) else { return false }
        return now.startTicks == startTicks && now.state != "Z" && now.state != "X"
    }

    /// Every process that can be seen.
    package static func all() -> [ProcessEntry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap { ProcessEntry(pid: $0) }
    }

    /// The processes below `roots`, the roots included.
    package static func descendants(of roots: Set<Int32>) -> [ProcessEntry] {
        let table = all()
        var found = roots
        var size = -1
        while size != found.count {
            size = found.count
            for entry in table where found.contains(entry.parent) { found.insert(entry.pid) }
        }
        return table.filter { found.contains($0.pid) }
    }
}
