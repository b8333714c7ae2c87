import Foundation

/// The limits that the kernel holds a process to, as read from it and not as asked for.
package struct LimitsInForce: Codable, Equatable, Sendable {
    package let openFiles: Int?
    /// Bytes; nil when the kernel enforces none.
    package let memory: Int?

    package init(pid: Int32) {
        openFiles = Self.openFiles(of: pid)
        memory = Self.memory(of: pid)
    }

    private static func openFiles(of pid: Int32) -> Int? {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }

    private static func memory(of pid: Int32) -> Int? {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)) ?? ""
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return nil }
        let limits = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].compactMap {
            try? String(contentsOfFile: "\($0)\(line.dropFirst(3))/memory.max", encoding: .utf8)
        }
        return limits.first.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
