import Foundation
import Glibc

/// The processes of a state folder, found by what they run, where they run and what they were told.
package enum StateProcesses {
    /// All processes below a folder except this one.
    package static func pids(below folder: String) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).filter { $0 != getpid() && belongs($0, to: folder) }
    }

    /// Kills them all at once, as a power failure does: supervisors first, so that none starts what was just killed.
    package static func killAll(below folder: String) async throws {
        try await eventually(within: .seconds(30), "the end of all processes below \(folder)") {
            let pids = pids(below: folder)
            let supervisors = pids.filter { program(of: $0).hasPrefix("runsv") }
            for pid in supervisors + pids { kill(pid, SIGKILL) }
            return pids.isEmpty
        }
    }

    private static func belongs(_ pid: Int32, to folder: String) -> Bool {
        guard !isZombie(pid) else { return false }
        let arguments = (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline"))) ?? Data()
        if arguments.range(of: Data(folder.utf8)) != nil { return true }
        let current = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
        return current?.hasPrefix(folder) ?? false
    }

    private static func isZombie(_ pid: Int32) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return status?.split(separator: ")").last?.split(separator: " ").first == "Z"
    }

    private static func program(of pid: Int32) -> String {
        (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) ?? ""
    }
}
