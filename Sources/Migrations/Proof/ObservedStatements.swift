import Foundation
package import Postgres

/// What the running release asks of its database, and how much of that is known.
package struct ObservedStatements: Sendable {
    package var texts: [String] = []
    /// Who sends a statement, by its identity, where more is known than that a running release does: `freightops 1.0.0,
    /// which is kept`.
    private var senders: [String: String] = [:]
    /// Why something may be missing; empty where nothing is known to be.
    package var gaps: [String] = []

    package init() {}

    /// Takes the statements of a file; throws `SQLSyntaxError`.
    package mutating func add(file: String, parser: any SQLParser = PgQueryParser()) throws {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            text.utf8.count <= RehearsalLimits.statementsFile
        else {
            throw MigrationError.unreadable(
                path: file, reason: "is no UTF-8 text of at most \(RehearsalLimits.statementsFile) bytes")
        }
        let statements = try parser.statements(in: text, file: file).map(\.text)
        texts += statements
    }

    /// Takes what `pg_stat_statements` has counted for the database, where it is there.
    package mutating func addStatistics(of address: PostgresAddress) async throws {
        let statistics = try await PostgresConnection.using(
            address, applicationName: StatementTracer.applicationName
        ) { connection in
            try await StatementStatistics.read(on: connection)
        }
        texts += statistics.counts.map(\.text)
        gaps += statistics.losses + statistics.gaps
    }

    /// Takes a statement with who sends it; several senders are told in the order in which they come.
    package mutating func add(_ text: String, sentBy sender: String) {
        texts.append(text)
        let identity = text.identity
        guard senders[identity]?.contains(sender) != true else { return }
        senders[identity] = [senders[identity], sender].compactMap(\.self).joined(separator: "; ")
    }

    /// Who sends a statement, for a sentence about it.
    package func sender(of text: String) -> String { senders[text.identity] ?? "the running release" }

    /// Those that can be prepared, bounded, and each once: of those that differ in their values only, the first.
    package var distinct: [String] {
        var seen: Set<String> = []
        return Array(
            texts.compactMap(\.preparable).filter { seen.insert($0.identity).inserted }.prefix(
                RehearsalLimits.observedStatements))
    }
}

extension String {
    /// What is the same for statements that differ in their values only; the text of one that libpg_query cannot read.
    fileprivate var identity: String {
        let text = preparable ?? self
        return (try? PgQueryParser().statements(in: text, file: ""))?.first?.fingerprint ?? text
    }

    /// What of a statement can be prepared: itself, or the query inside a cursor or a COPY; nil for the rest, which is
    /// no use of a table.
    fileprivate var preparable: String? {
        if let cursor = firstMatch(of: #/(?is)^\s*declare\s.+?\scursor\s.*?for\s+(?<query>.*)$/#) {
            return String(cursor.query)
        }
        if let copy = firstMatch(of: #/(?is)^\s*copy\s*\((?<query>.*)\)\s*to\b/#) { return String(copy.query) }
        let start = #/(?is)^(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|insert|update|delete|with|merge|values|table)\b/#
        return firstMatch(of: start) == nil ? nil : self
    }
}
