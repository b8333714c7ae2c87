import Foundation
import Glibc

/// The processes of a build: all that are in its session, whatever process group they chose.
///
/// A process that makes a session of its own (a build tool's daemon) is outside of it.
struct BuildSession: Sendable {
    let leader: Int32

    /// What the system's process table says of a process, from /proc/PID/stat and /proc/PID/statm (proc(5)).
    struct Member: Equatable {
        let pid: Int32
        /// Bytes of memory that are its own: neither a file's nor shared.
        let memory: Int
    }

    /// The processes that have not ended.
    func members() -> [Member] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap(member)
    }

    /// Whether the build's own process has ended.
    var hasEnded: Bool { member(leader) == nil }

    /// Ends all of them: SIGTERM, and SIGKILL for what is left after a while.
    func end() async {
        signal(SIGTERM)
        let deadline = ContinuousClock.now + Limits.buildGrace
        while !members().isEmpty, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: Limits.buildCheck)) != nil else { break }
        }
        killAll()
    }

    /// Kills what is left, again as long as new ones come to be meanwhile.
    func killAll() {
        var rounds = 0
        while !members().isEmpty, rounds < 20 {
            signal(SIGKILL)
            rounds += 1
            usleep(5_000)
        }
    }

    private func signal(_ number: Int32) {
        for member in members() { kill(member.pid, number) }
    }

    private func member(_ pid: Int32) -> Member? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let close = text.lastIndex(of: ")")
        else { return nil }
        // After the program's name in parentheses: state, parent, group, session.
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 3, fields[0] != "Z", fields[0] != "X", Int32(fields[3]) == leader else { return nil }
        // Pages: all, resident, and of these shared.
        let pages =
            (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8))?
            .split(separator: " ").compactMap { Int($0) } ?? []
        let own = pages.count > 2 ? max(0, pages[1] - pages[2]) : 0
        return Member(pid: pid, memory: own * sysconf(Int32(_SC_PAGESIZE)))
    }
}
