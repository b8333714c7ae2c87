import Domain
import DurableFiles
import Foundation
import Judging

/// What is kept of a release that was taken back, for whoever investigates: one folder a deployment.
struct EvidenceBundle {
    /// One slot as it was.
    struct SlotEvidence: Codable {
        var slot: Slot
        var processes: [ProcessReport]
        var findings: [ProbeFinding]
        var log: [LogLine]
    }

    /// What was seen of the release while it was judged, as it was kept.
    struct TrialEvidence {
        var verdict: VerdictReport
        /// For 'switchyard verdict replay'.
        var ticks: String
        /// Opening and looks, one on each line.
        var looks: String

        /// Nil where there was no trial. Whoever goes back does not wait for it: a trial of days is megabytes.
        @concurrent init?(of deployment: DeploymentID, in records: any VerdictRecords) async throws {
            let bodies = try await records.bodies(of: deployment)
            guard let read = try TrialRecords(bodies) else { return nil }
            verdict = read.trial.report
            ticks = try read.recorded.lines()
            looks = bodies.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        }
    }

    let folder: String
    let path: String

    init(folder: String, deployment: DeploymentID) {
        self.folder = folder
        path = "\(folder)/\(deployment)"
    }

    /// Writes the bundle and removes the oldest beyond the limit.
    func write(
        deployment: Deployment, journal: [JournalEntry], table: SlotTable, slots: [SlotEvidence],
        trial: TrialEvidence? = nil
    ) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try DurableFile.write(encoder.encode(deployment), to: "\(path)/deployment.json", mode: 0o600)
        try DurableFile.write(encoder.encode(journal), to: "\(path)/journal.json", mode: 0o600)
        try DurableFile.write(encoder.encode(table), to: "\(path)/slots.json", mode: 0o600)
        if let trial {
            try DurableFile.write(encoder.encode(trial.verdict), to: "\(path)/verdict.json", mode: 0o600)
            try DurableFile.write("\(trial.ticks)\n", to: "\(path)/ticks.jsonl", mode: 0o600)
            try DurableFile.write("\(trial.looks)\n", to: "\(path)/looks.jsonl", mode: 0o600)
        }
        for evidence in slots {
            let name = "\(path)/\(evidence.slot.name)"
            let log = evidence.log.map { "\($0.process) | \($0.text)\n" }.joined()
            try DurableFile.write(log, to: "\(name).log", mode: 0o600)
            var rest = evidence
            rest.log = []
            try DurableFile.write(encoder.encode(rest), to: "\(name).json", mode: 0o600)
        }
        removeOldest()
    }

    private func removeOldest() {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap(Int.init)
        for number in numbers.sorted(by: >).dropFirst(Limits.evidenceBundles) {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(number)")
        }
    }
}
