import Domain
import Foundation

extension HAProxy {
    /// What differs from what Switchyard wrote and set, a sentence each: edits by hand, splits and addresses changed
    /// behind its back.
    package func drift() async throws -> [String] {
        try await exclusively {
            var sentences = editedLines()
            for table in tables.values.sorted(by: { $0.environment < $1.environment }) {
                sentences += try driftOnDisk(table)
                sentences += try await driftInWorkers(table)
            }
            return sentences
        }
    }

    private func editedLines() -> [String] {
        let written = lines(of: folder.writtenConfiguration)
        let present = lines(of: folder.configuration)
        guard written != present else { return [] }
        let equal = zip(written, present).prefix { $0 == $1 }.count
        let now = equal < present.count ? "'\(present[equal].trimmingCharacters(in: .whitespaces))'" : "nothing"
        return ["\(folder.configuration):\(equal + 1) was edited by hand: it has \(now) there."]
    }

    private func lines(of path: String) -> [String] {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    private func driftOnDisk(_ table: SlotTable) throws -> [String] {
        let data = FileManager.default.contents(atPath: folder.splitMap) ?? Data()
        let value = MapText.parse(String(decoding: data, as: UTF8.self))[table.environment.rawValue]
        let expected = try MapEntry(table.split).description
        guard value != expected else { return [] }
        return ["\(folder.splitMap) gives \(table.environment) \(value ?? "nothing"), the table says \(expected)."]
    }

    private func driftInWorkers(_ table: SlotTable) async throws -> [String] {
        let expected = [try MapEntry(table.split).description, Self.text(of: table)]
        var workers: [RuntimeReply.Processes.Worker] = []
        do { workers = try await processes().workers } catch TrafficError.notRunning {}
        var sentences: [String] = []
        for worker in workers {
            let questions = [folder.splitMap, folder.maintenanceMap].map {
                "@!\(worker.process) get map \($0) \(table.environment)"
            }
            let values = RuntimeReply.mapValues(try await socket.exchange(questions.joined(separator: "; ")))
            if values != expected {
                sentences.append(
                    "HAProxy's worker \(worker.process) splits \(table.environment) by \(values), "
                        + "the table says \(expected).")
            }
            sentences += try await misplaced(table, on: worker.process)
        }
        return sentences
    }
}
