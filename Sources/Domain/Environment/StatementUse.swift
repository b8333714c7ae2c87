package import Foundation

/// A statement that a release has sent to its database, values left out.
package struct StatementUse: Codable, Equatable, Sendable {
    /// `name@version`, or another sender: `one-off commands`.
    package var sender: String
    package var text: String
    package var lastSeen: Date

    package init(sender: String, text: String, lastSeen: Date) {
        self.sender = sender
        self.text = text
        self.lastSeen = lastSeen
    }
}

/// For how long an environment's statements have been watched without a gap.
package struct StatementObservation: Codable, Equatable, Sendable {
    /// When the watch began, or began anew after the server had forgotten something.
    package var since: Date
    /// Why it began anew; nil where it was simply begun.
    package var interruption: String?
    /// How often the server had forgotten statements at the last look.
    package var evictions: Int
    /// When the server's counts were set back, as the last look saw it.
    package var resetAt: Date?
    /// All that the server had counted at the last look; less at the next one means that it has lost some.
    package var calls = 0
    /// Why nothing was seen at the last look; nil where something was.
    package var unknown: String?
    /// Why statements that are sent may have been missing at the last look; nil as an earlier version wrote it.
    package var gaps: [String]?
    /// What the server had forgotten by the last look; nil as an earlier version wrote it.
    package var losses: [String]?

    package init(since: Date, interruption: String? = nil, evictions: Int = 0, resetAt: Date? = nil) {
        self.since = since
        self.interruption = interruption
        self.evictions = evictions
        self.resetAt = resetAt
    }

    /// What is not known of the statements that are sent, once each.
    ///
    /// What was forgotten may be sent again at any time, so that only a watch of `needed` seconds since makes up for it.
    package func unknowns(watched: Double, needed: Double?) -> [String] {
        let forgotten = needed.map { watched >= $0 } == true ? [] : [interruption].compactMap(\.self) + (losses ?? [])
        var seen: Set<String> = []
        return ([unknown].compactMap(\.self) + (gaps ?? []) + forgotten).filter { seen.insert($0).inserted }
    }
}
