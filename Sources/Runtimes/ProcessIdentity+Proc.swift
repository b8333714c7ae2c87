package import Domain
import Foundation
import Glibc

extension ProcessIdentity {
    /// The process that asks.
    package static func current() -> ProcessIdentity {
        guard let own = ProcessIdentity(runningPid: getpid()) else {
            preconditionFailure("/proc must be mounted: /proc/\(getpid())/stat cannot be read.")
        }
        return own
    }

    /// The process that has this pid now; nil when there is none.
    package init?(runningPid pid: Int32) {
        guard let entry = ProcessEntry(pid: pid), let boot = Self.currentBootID else { return nil }
        self.init(pid: pid, startTicks: entry.startTicks, bootID: boot)
    }

    /// Whether this very process still runs: same boot, same pid, same start.
    package var isAlive: Bool {
        guard bootID == Self.currentBootID, let entry = ProcessEntry(pid: pid) else { return false }
        return entry.startTicks == startTicks && entry.state != "Z" && entry.state != "X"
    }

    private static var currentBootID: String? {
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
