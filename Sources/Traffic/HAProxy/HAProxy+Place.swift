package import Domain
package import DurableFiles
import Foundation
import Glibc

/// Where the addresses of an environment's servers arrived.
package struct PlaceResult: Equatable, Sendable {
    /// Workers that took them; 0 when HAProxy is not running.
    package let workers: Int
    /// Why the configuration file still has the old addresses; nil when it has the new ones.
    package let undurable: FileFault?
    /// Where the configuration before is kept when it was edited by hand.
    package var keptAside: String?
}

extension HAProxy {
    /// Gives the slots' server lines the addresses in the table, in every worker and in the file, without a reload.
    ///
    /// On a full disk the workers still get them; the result says that the file did not.
    @discardableResult
    package func place(_ table: SlotTable) async throws -> PlaceResult {
        try await exclusively { try await placeServers(of: table) }
    }

    private func placeServers(of asked: SlotTable) async throws -> PlaceResult {
        let table = newest(of: asked)
        _ = try definition(of: table.environment)
        let before = tables.updateValue(table, forKey: table.environment)
        let text: String
        do {
            text = try currentConfiguration().text
            try await tryUnlessDiskIsFull(text)
        } catch {
            tables[table.environment] = before
            throw error
        }
        var workers: [RuntimeReply.Processes.Worker] = []
        do { workers = try await processes().workers } catch TrafficError.notRunning {}
        for worker in workers { try await place(table, on: worker.process) }
        do {
            let kept = try store(text)
            return PlaceResult(workers: workers.count, undurable: nil, keptAside: kept)
        } catch let fault as FileFault where fault.isDiskFull {
            return PlaceResult(workers: workers.count, undurable: fault)
        }
    }

    /// Asks HAProxy whether it would start with a configuration that is not in force yet; the question is a file, for
    /// which a full disk has no room.
    private func tryUnlessDiskIsFull(_ text: String) async throws {
        guard FileManager.default.contents(atPath: folder.configuration) != Data(text.utf8) else { return }
        do {
            try await tryCandidate(text)
            unlink(folder.candidateConfiguration)
        } catch let fault as FileFault where fault.isDiskFull {}
    }

    private func place(_ table: SlotTable, on worker: Int32) async throws {
        let limit = try definition(of: table.environment).policy.maxInstances
        for slot in table.slots {
            let ports = slot.occupant?.ports ?? []
            let lines = (0..<limit).flatMap { index in
                commands(for: slot.name, in: table.environment, server: index, ports: ports)
            }
            for start in stride(from: 0, to: lines.count, by: Limits.commandsInLine) {
                let line = lines[start..<min(start + Limits.commandsInLine, lines.count)]
                _ = try await socket.exchange(line.map { "@!\(worker) \($0)" }.joined(separator: "; "))
            }
        }
        try await confirm(table, on: worker)
    }

    /// Throws what a worker has not taken; one that is ending answers nothing for as long as it is still listed.
    private func confirm(_ table: SlotTable, on worker: Int32) async throws {
        var wrong: [String] = []
        for _ in 0..<Limits.flipRounds {
            wrong = try await misplaced(table, on: worker)
            let isThere = try await processes().workers.contains { $0.process == worker }
            guard !wrong.isEmpty, isThere else { return }
            try await Task.sleep(for: Limits.poll)
        }
        throw TrafficError.notTaken(worker: worker, command: "set server", reply: wrong.joined(separator: " "))
    }

    /// Address before state, so that no check or request meets the old one; the write servers track the read ones.
    private func commands(
        for slot: SlotName, in environment: EnvironmentName, server index: Int, ports: [Int]
    ) -> [String] {
        let reads = HAProxyConfiguration.backend(environment, slot, .read)
        let writes = HAProxyConfiguration.backend(environment, slot, .write)
        guard index < ports.count else { return ["set server \(reads)/web\(index + 1) state maint"] }
        let address = "addr 127.0.0.1 port \(ports[index])"
        return [
            "set server \(reads)/web\(index + 1) \(address)",
            "set server \(writes)/web\(index + 1) \(address)",
            "set server \(reads)/web\(index + 1) state ready",
        ]
    }

    /// What differs from the table in a worker, a sentence each.
    func misplaced(_ table: SlotTable, on worker: Int32) async throws -> [String] {
        var sentences: [String] = []
        for slot in table.slots {
            let ports = slot.occupant?.ports ?? []
            for kind in HAProxyConfiguration.BackendKind.allCases {
                let backend = HAProxyConfiguration.backend(table.environment, slot.name, kind)
                let reply = try await socket.exchange("@!\(worker) show servers state \(backend)")
                let placed = RuntimeReply.servers(reply).filter { !$0.inMaintenance }.map(\.port)
                guard placed != ports else { continue }
                sentences.append(
                    "HAProxy's worker \(worker) sends \(backend) to ports \(placed), the table says \(ports).")
            }
        }
        return sentences
    }
}
