package import Domain
import DurableFiles
import Foundation

/// What a flip reached.
package struct RouteResult: Equatable, Sendable {
    /// Workers that took it and confirmed it; 0 when HAProxy is not running and the files alone hold it.
    package let workers: Int
    package let milliseconds: Double
}

extension HAProxy {
    /// Gives the environment's requests to the slots that its table says: the flip, forward and back.
    ///
    /// The map file first (also on a full disk), then every worker, the old ones of a reload too, each confirmed.
    @discardableResult
    package func route(_ table: SlotTable) async throws -> RouteResult {
        try await exclusively { try await flip(to: table) }
    }

    /// Gives every worker what it was last told for each environment: one that was just starting may have read the map
    /// file before a flip changed it, and answered its socket only after the flip.
    package func routeAgain() async throws {
        try await exclusively {
            for table in tables.values { _ = try await flip(to: table) }
        }
    }

    /// The newest state of a table that is known: what was asked for first may arrive last.
    func newest(of table: SlotTable) -> SlotTable {
        guard let known = tables[table.environment], known.generation > table.generation else { return table }
        return known
    }

    private func flip(to asked: SlotTable) async throws -> RouteResult {
        let start = ContinuousClock.now
        let table = newest(of: asked)
        _ = try definition(of: table.environment)
        let entry = try MapEntry(table.split)
        tables[table.environment] = table
        try writeMaps()
        let changes = [
            MapChange(map: folder.splitMap, key: table.environment.rawValue, value: entry.description),
            MapChange(map: folder.maintenanceMap, key: table.environment.rawValue, value: Self.text(of: table)),
        ]
        let workers = try await setOnEveryWorker(changes)
        let taken = (ContinuousClock.now - start) / .milliseconds(1)
        return RouteResult(workers: workers, milliseconds: taken)
    }

    private struct MapChange {
        let map: String
        let key: String
        let value: String
        func command(_ verb: String) -> String { "\(verb) map \(map) \(key) \(value)" }
        var question: String { "get map \(map) \(key)" }
    }

    /// Sets and confirms on each worker, round after round until no worker is listed that has not confirmed: one may
    /// appear meanwhile, and one that is ending answers nothing for as long as it is still listed.
    private func setOnEveryWorker(_ changes: [MapChange]) async throws -> Int {
        var confirmed: Set<Int32> = []
        var refusal: TrafficError?
        for _ in 0..<Limits.flipRounds {
            let workers: [Int32]
            do { workers = try await processes().workers.map(\.process) } catch TrafficError.notRunning { return 0 }
            let missing = workers.filter { !confirmed.contains($0) }
            guard !missing.isEmpty else { return confirmed.intersection(workers).count }
            refusal = nil
            for worker in missing {
                if let said = try await set(changes, on: worker) { refusal = said } else { confirmed.insert(worker) }
            }
            if refusal != nil { try await Task.sleep(for: Limits.poll) }
        }
        throw refusal ?? TrafficError.workersKeptChanging
    }

    /// Answers nil when the worker confirmed every change, else what it said instead.
    private func set(_ changes: [MapChange], on worker: Int32) async throws -> TrafficError? {
        let commands = changes.map { $0.command("set") } + changes.map(\.question)
        if try await values(commands, on: worker).values == changes.map(\.value) { return nil }
        // Its map has no such key yet.
        for change in changes {
            let answer = try await values([change.command("add"), change.command("set"), change.question], on: worker)
            guard answer.values == [change.value] else {
                return .notTaken(worker: worker, command: change.command("set"), reply: answer.reply)
            }
        }
        return nil
    }

    private func values(_ commands: [String], on worker: Int32) async throws -> (values: [String], reply: String) {
        let reply = try await socket.exchange(commands.map { "@!\(worker) \($0)" }.joined(separator: "; "))
        return (RuntimeReply.mapValues(reply), reply)
    }

    /// Brings both maps on the disk to the tables; what has no table keeps what the file says.
    func writeMaps() throws {
        let empty = try MapEntry(Split())
        let splits = try tables.mapValues { try MapEntry($0.split).description }
        try writeMap(folder.splitMap, splits, default: empty.description)
        try writeMap(folder.maintenanceMap, tables.mapValues(Self.text), default: "off")
    }

    private func writeMap(_ path: String, _ values: [EnvironmentName: String], default value: String) throws {
        let file = try PreallocatedFile(path: path, capacity: Limits.mapFile)
        let present = MapText.parse(String(decoding: try file.read(), as: UTF8.self))
        var entries: [String: String] = [:]
        for definition in definitions {
            let name = definition.name
            entries[name.rawValue] = values[name] ?? present[name.rawValue] ?? value
        }
        if entries != present { try file.replace(with: Data(MapText.print(entries).utf8)) }
    }

    static func text(of table: SlotTable) -> String { table.maintenance ? "on" : "off" }
}
