package import Deployments
package import Domain
import Foundation
import Runtimes

/// What a slot's processes are doing, and what they write.
extension SupervisedSlots {
    package func processes(in slot: SlotName, of environment: EnvironmentName) async throws -> [ProcessReport] {
        var reports: [ProcessReport] = []
        for name in await names(in: slot, of: environment) {
            let status = try await tree.status(name.text)
            reports.append(
                ProcessReport(
                    name: name.shown, kind: name.kind, isRunning: status.state == .run,
                    isWanted: status.wantedUp, pid: status.pid,
                    exits: status.recentExits.count, lastExit: status.recentExits.last?.sentence,
                    warning: status.memoryLimitObstacle.map { "memory_limit is not enforced, because \($0)." }
                )
            )
        }
        return reports
    }

    package func logLines(
        in slot: SlotName, of environment: EnvironmentName, last count: Int
    ) async throws -> [LogLine] {
        var lines: [LogLine] = []
        for name in await names(in: slot, of: environment) {
            let written = try await tree.logLines(name.text, last: count)
            lines += written.map { LogLine(slot: slot, process: name.shown, text: $0) }
        }
        return lines
    }

    /// The lines of an earlier occupant would be taken for the new one's.
    func removeLogs(of slot: SlotName, in environment: EnvironmentName) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.logs)) ?? []
        for name in names where ServiceName(name).map({ $0.environment == environment && $0.slot == slot }) ?? false {
            try? FileManager.default.removeItem(atPath: "\(folder.logs)/\(name)")
        }
    }
}

extension ServiceStatus.Exit {
    /// How it ended, to stand after the process's name.
    fileprivate var sentence: String {
        code.map { "exited with status \($0)" } ?? "was killed by signal \(signal ?? 0)"
    }
}
