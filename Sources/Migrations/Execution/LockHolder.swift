package import Foundation

/// A session that holds a lock which a migration needs, with what an operator wants to know of it.
package struct LockHolder: Sendable, Equatable, Codable {
    /// The server process; nil for a prepared transaction.
    package let process: Int?
    package let applicationName: String?
    package let user: String?
    /// What is held; nil where it is no relation.
    package let relation: String?
    package let mode: String?
    /// Nil where the server does not tell us.
    package let transactionStart: Date?
    package let transactionAgeMilliseconds: Int?
    package let queryStart: Date?
    /// The beginning of its query; nil where the server does not tell us.
    package let query: String?
}

extension LockHolder: CustomStringConvertible {
    package var description: String {
        var text = process.map { "pid \($0)" } ?? "a prepared transaction"
        let names = [applicationName.map { "'\($0)'" }, user.map { "user \($0)" }].compactMap { $0 }
        if !names.isEmpty { text += " (\(names.joined(separator: ", ")))" }
        if let relation, let mode { text += " holds \(mode) on \(relation)" }
        if let age = transactionAgeMilliseconds {
            text += " in a transaction of \(Duration.milliseconds(age).inWords)"
        }
        if let queryStart { text += ", its query began at \(queryStart.formatted(.iso8601))" }
        if let query, !query.isEmpty { text += ": \(query)" }
        return text
    }
}

extension Duration {
    /// As people read it: `340 ms`, `6.1 s`, `4 min`, `2.5 h`.
    package var inWords: String {
        let seconds = self / .seconds(1)
        switch seconds {
        case ..<1: return "\(Int((seconds * 1_000).rounded())) ms"
        case ..<120: return "\(seconds.formatted(.number.precision(.fractionLength(0...1)))) s"
        case ..<7_200: return "\(Int((seconds / 60).rounded())) min"
        default: return "\((seconds / 3_600).formatted(.number.precision(.fractionLength(0...1)))) h"
        }
    }
}
