import Foundation

/// What the files of /sys/fs/cgroup say about a process's memory limit, read by nobody's code but the test's.
package struct KernelMemoryLimit {
    /// Where the version 2 hierarchy is mounted; nil when it is not.
    package let mount: String?
    /// Bytes; nil when the kernel enforces none.
    package let bytes: Int?
    /// Whether the version 2 hierarchy has the memory controller at all.
    package let hasController: Bool
    /// Whether the controller is handed down to where Switchyard makes its groups.
    package let isGivenToServices: Bool

    package init(pid: Int32) throws {
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        mount = mounts.split(separator: "\n").map { $0.split(separator: " ") }.first { $0[2] == "cgroup2" }
            .map { String($0[1]) }
        let groups = try String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)
        let group = groups.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
        bytes = Self.words("\(mount ?? "")\(group)/memory.max").first.flatMap { Int($0) }
        hasController = Self.words("\(mount ?? "")/cgroup.controllers").contains("memory")
        isGivenToServices = ["", "/switchyard"].allSatisfy { [mount] in
            Self.words("\(mount ?? "")\($0)/cgroup.subtree_control").contains("memory")
        }
    }

    private static func words(_ path: String) -> [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(whereSeparator: \.isWhitespace).map(
            String.init)
    }
}
