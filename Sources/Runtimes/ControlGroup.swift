import Foundation
import Glibc

/// A version 2 control group of one service: holds its processes together, and its memory limit where the kernel's
/// memory controller is there (cgroups(7)).
struct ControlGroup: Sendable {
    private static let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]

    private let mount: String
    private let name: String

    /// nil where no version 2 hierarchy can be changed by us.
    init?(service: String, tree: String) {
        guard let mount = Self.mounts.first(where: { access("\($0)/cgroup.procs", W_OK) == 0 }) else { return nil }
        self.mount = mount
        name = "\(tree)-\(service)"
    }

    private var path: String { "\(mount)/switchyard/\(name)" }

    /// Shell lines that put the shell into the group; they may fail without harm.
    func joinScript(memoryLimit: Int?) -> String {
        """
        if mkdir -p \(path); then
            echo +memory > \(mount)/cgroup.subtree_control
            echo +memory > \(mount)/switchyard/cgroup.subtree_control
            echo \(memoryLimit.map(String.init) ?? "max") > \(path)/memory.max
            echo $$ > \(path)/cgroup.procs
        fi 2>/dev/null
        """
    }

    /// Why the kernel holds no group to a memory limit, to stand after "because"; asked when it does not.
    static var obstacleToMemoryLimits: String {
        guard let mount = mounts.first(where: { access("\($0)/cgroup.procs", F_OK) == 0 }) else {
            return "this machine has no version 2 control groups"
        }
        let controllers = (try? String(contentsOfFile: "\(mount)/cgroup.controllers", encoding: .utf8)) ?? ""
        guard controllers.split(whereSeparator: \.isWhitespace).contains("memory") else {
            return "the version 2 control groups in \(mount) have no memory controller"
        }
        return "the memory controller of \(mount) could not be given to the group of this service"
    }

    /// Shell lines that kill what is left in the group, also what made a session of its own.
    var endScript: String {
        """
        [ -e \(path)/cgroup.kill ] && echo 1 > \(path)/cgroup.kill
        turn=0
        while [ $turn -lt 20 ] && [ -d \(path) ] && ! rmdir \(path) 2>/dev/null; do sleep 0.05; turn=$((turn + 1)); done
        """
    }

    /// Kills what is left in the groups of a tree; true when no group is left.
    static func end(tree: String) -> Bool {
        let folders = mounts.map { "\($0)/switchyard" }
        var left = false
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names where name.hasPrefix("\(tree)-") {
                try? "1".write(toFile: "\(folder)/\(name)/cgroup.kill", atomically: false, encoding: .utf8)
                if rmdir("\(folder)/\(name)") != 0 { left = true }
            }
        }
        return !left
    }
}
