import API
import Foundation

/// The audit record for people.
enum AuditText {
    /// "announced", or what came of which entry.
    static func outcome(of entry: AuditEntryReport) -> String {
        let late = entry.flags.contains("late") ? " (written late)" : ""
        let words =
            switch (entry.phase, entry.intent) {
            case ("intent", _): "announced"
            case (_, let intent?): "\(entry.outcome ?? "unknown") (of \(intent))"
            default: entry.outcome ?? ""
            }
        return words + late
    }

    static func lines(of entry: AuditEntryReport) -> [String] {
        let fields: [(String, String?)] = [
            ("when", entry.at.formatted(.iso8601)), ("what", entry.action), ("phase", entry.phase),
            ("of entry", entry.intent.map { "\($0)" }), ("by", entry.actor), ("known by", entry.authentication),
            ("from", entry.address), ("environment", entry.environment), ("target", entry.target),
            ("outcome", entry.outcome), ("reason", entry.reason), ("plan", entry.plan), ("trace", entry.trace),
            ("remarks", entry.flags.isEmpty ? nil : entry.flags.joined(separator: ", ")),
            ("payload", entry.payloadDigest),
        ]
        let details = entry.details.sorted { $0.key < $1.key }.map { ($0.key, Optional($0.value)) }
        let shown = (fields + details).compactMap { name, value in value.map { (name, $0) } }
        let width = shown.map(\.0.count).max() ?? 0
        return ["Entry \(entry.number)"]
            + shown.map { "  \($0.0.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.1)" }
    }

    /// How far the record has come, and what a witness has cosigned of it.
    static func lines(of record: RecordReport) -> [String] {
        let pruned = record.first > 0 ? ", of which those before \(record.first) were older than is kept" : ""
        return ["The record has \(record.entries) entries\(pruned).", "Its root is \(record.root).", cosigned(record)]
    }

    /// What is cosigned, in a sentence.
    static func cosigned(_ record: RecordReport) -> String {
        guard let witness = record.witness else {
            return "No witness is configured (audit.witness): a record that is put back can't be told."
        }
        guard let entries = witness.entries, let time = witness.at else {
            return "\(witness.name) at \(witness.url) has cosigned nothing yet."
        }
        return "\(witness.name) has cosigned \(entries) entries at \(time.formatted(.iso8601))."
    }
}
