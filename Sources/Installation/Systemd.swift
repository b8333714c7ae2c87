import Foundation
import Glibc

/// systemd, of this machine or of the one whose root folder this is.
struct Systemd: Sendable {
    let root: String

    /// sd_booted(3): this machine was started by it.
    var isRunning: Bool { root.isEmpty && access("/run/systemd/system", F_OK) == 0 }
    var isThere: Bool { Program.isThere("systemctl") }

    /// Whether a unit starts at boot.
    func isEnabled(_ unit: String) -> Bool {
        var status = stat()
        return lstat("\(root)\(Installation.unitFolder)/multi-user.target.wants/\(unit)", &status) == 0
    }

    /// Also has changed units read again.
    func enable(_ units: [String]) async throws { try await change("enable", units) }

    func disable(_ units: [String]) async throws { try await change("disable", units) }

    func reload() async throws {
        if isRunning { try await Program.run("systemctl", ["daemon-reload"], limit: Limits.systemd) }
    }

    func control(_ verb: String, _ unit: String) async throws {
        try await reload()
        try await Program.run("systemctl", [verb, unit], limit: Limits.systemd)
    }

    private func change(_ verb: String, _ units: [String]) async throws {
        try await Program.run("systemctl", (root.isEmpty ? [] : ["--root=\(root)"]) + ["--quiet", verb] + units)
    }
}
