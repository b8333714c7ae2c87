import Foundation
import Glibc

extension SupervisorTree {
    /// Ends every service with SIGTERM, kills what remains after `deadline`, and leaves no process of the tree.
    package func stop(deadline: Duration = .seconds(30)) async throws {
        var processes: [ProcessEntry] = []
        var asked: Set<AskedProcess> = []
        var emptyLooks = 0
        let ended = try await wait(limit: deadline) {
            processes = self.merge(processes, self.treeProcesses())
            for entry in processes where asked.insert(AskedProcess(entry)).inserted { entry.askToEnd() }
            // Twice: while the table is read, one that was not in it yet may begin, and its parent end.
            emptyLooks = processes.contains { $0.isAlive } ? 0 : emptyLooks + 1
            return emptyLooks == 2
        }
        if !ended { try await killAll(processes) }
        if let name = try? treeName() {
            _ = try await wait(limit: .seconds(Limits.stragglerSeconds)) { ControlGroup.end(tree: name) }
        }
        known = nil
    }

    private func killAll(_ processes: [ProcessEntry]) async throws {
        // Supervisors first, so that none of them starts what was just killed.
        let order = processes.filter { $0.program == "runsv" } + processes.filter { $0.program != "runsv" }
        let ended = try await wait(limit: Limits.kill) {
            for entry in order where entry.isAlive { kill(entry.pid, SIGKILL) }
            return !order.contains { $0.isAlive }
        }
        guard ended else {
            throw RuntimeFault.processesRemain(folder: folder, pids: order.filter(\.isAlive).map(\.pid))
        }
    }

    /// runsvdir and everything below it, also below a runsv that lost its runsvdir, which still holds its folder.
    private func treeProcesses() -> [ProcessEntry] {
        let roots = ProcessEntry.all().filter { entry in
            entry.state != "Z" && (entry.program == "runsvdir" && isSupervisor(entry.arguments) || isInServices(entry))
        }
        // A process that left its group is found by its group's recorded leader only while its parent lives.
        return ProcessEntry.descendants(of: Set(roots.map(\.pid)))
    }

    /// What of runit is in the folder that is watched: a child of runsvdir that is about to be runsv, a runsv, and what
    /// writes its log, which may outlive it for a moment. Others, such as a person's shell, may be there too.
    private func isInServices(_ entry: ProcessEntry) -> Bool {
        let isOurs = ["deliver", "redact"].contains(entry.arguments.dropFirst().first)
        guard isOurs || ["runsv", "run", "chpst", "svlogd"].contains(entry.program) else { return false }
        let current = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(entry.pid)/cwd")
        return current.map { $0 == services || $0.hasPrefix(services + "/") } ?? false
    }

    /// What is there now, and what was there and still lives though nothing of the tree leads to it any more.
    private func merge(_ old: [ProcessEntry], _ new: [ProcessEntry]) -> [ProcessEntry] {
        let pids = Set(new.map(\.pid))
        return new + old.filter { !pids.contains($0.pid) && $0.isAlive }
    }
}

/// A process as it was when it was asked to end: a child of runsvdir forgets what it was told when it becomes runsv.
private struct AskedProcess: Hashable {
    private let pid: Int32
    private let program: String

    init(_ entry: ProcessEntry) {
        pid = entry.pid
        program = entry.program
    }
}

extension ProcessEntry {
    /// Tells a supervisor to end with what it looks after; what it looks after is the supervisor's to end.
    ///
    /// runsv processes whose runsvdir was killed do not hear its SIGHUP, and a control plane that still runs may have
    /// started another runsvdir.
    fileprivate func askToEnd() {
        switch program {
        case "runsvdir": kill(pid, SIGHUP)
        case "runsv": kill(pid, SIGTERM)
        default: break
        }
    }
}
