import API
import Deployments
import Domain
import Runtimes
import ServiceLifecycle

/// What the processes of one environment write, across its slots.
struct EnvironmentLogs: Sendable {
    /// Which lines are wanted.
    struct Selection: Sendable {
        var slot: SlotName?
        /// The beginning of the processes' names.
        var process: String?
    }

    /// A process whose log is read, and the release that writes it.
    private struct Source {
        let name: ServiceName
        let release: String

        func line(_ text: String) -> LogReport.Line {
            LogReport.Line(slot: name.slot, release: release, process: name.shown, text: text)
        }
    }

    let deployer: EnvironmentDeployer
    let tree: SupervisorTree
    let selection: Selection

    /// The newest lines of each process, oldest first; of one that is just being removed there are none.
    func last(_ count: Int) async -> LogReport {
        var report = LogReport(lines: [])
        for source in await sources() {
            let written = (try? await tree.logLines(source.name.text, last: count)) ?? []
            report.lines += written.map { source.line($0) }
        }
        return report
    }

    /// Hands over lines as they are written, a process's at a time, until `take` throws or the task ends.
    ///
    /// `take` is called with no lines now and then; nothing is read while it has not come back, so that a slow reader
    /// costs no memory. Processes that a later release brings are followed from their first line.
    func follow(
        from start: @Sendable (_ source: String) -> LogStart, _ take: ([LogReport.Line]) async throws -> Void
    ) async throws {
        var followed: [String: (source: Source, follower: LogFollower)] = [:]
        var isFirstRound = true
        var lastSign = ContinuousClock.now
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            for source in await sources() where followed[source.name.text] == nil {
                let place = isFirstRound ? start(source.name.source) : .beginning
                guard let follower = try? await tree.followLog(source.name.text, from: place) else { continue }
                followed[source.name.text] = (source, follower)
            }
            isFirstRound = false
            var isQuiet = true
            for (name, (source, follower)) in followed.sorted(by: { $0.key < $1.key }) {
                guard let lines = await follower.newLines() else {
                    followed[name] = nil
                    continue
                }
                guard !lines.isEmpty else { continue }
                isQuiet = false
                try await take(lines.map { source.line($0) })
            }
            guard isQuiet else { continue }
            if ContinuousClock.now - lastSign > Limits.signOfLife {
                try await take([])
                lastSign = .now
            }
            try await Task.sleep(for: Limits.followInterval)
        }
    }

    private func sources() async -> [Source] {
        let table = await deployer.table
        return await tree.names().compactMap(ServiceName.init).compactMap { name in
            guard name.environment == deployer.environment.name, let occupant = table[name.slot]?.occupant,
                selection.slot == nil || selection.slot == name.slot,
                name.shown.hasPrefix(selection.process ?? "")
            else { return nil }
            return Source(name: name, release: "\(occupant.release)")
        }
    }
}

extension ServiceName {
    /// The process among all of its environment: `s1/web.1`.
    fileprivate var source: String { "\(slot)/\(shown)" }
}
