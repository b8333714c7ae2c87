package import Domain
package import Foundation

/// A time in which an environment is changed by nobody, but for going back and for break-glass.
package struct Freeze: Codable, Equatable, Sendable, Identifiable {
    package let id: UUID
    package let environment: EnvironmentName
    package let from: Date
    package let until: Date
    package let reason: String
    /// Who began it, as journals name people.
    package let by: String
    package private(set) var liftedAt: Date?
    package private(set) var liftedBy: String?

    /// Throws where it ends before it begins or before now, is too long, or says no reason.
    package init(
        id: UUID, environment: EnvironmentName, from: Date, until: Date, reason: String, by: String, at now: Date
    ) throws(FreezeError) {
        let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !reason.isEmpty else { throw .reasonMissing }
        guard from < until, now < until else { throw .noTime(from: from, until: until) }
        guard until.timeIntervalSince(from) <= Limits.freezeLength else { throw .tooLong(days: Limits.freezeDays) }
        (self.id, self.environment, self.from, self.until) = (id, environment, from, until)
        (self.reason, self.by) = (reason, by)
    }

    package func counts(at now: Date) -> Bool { liftedAt == nil && from <= now && now < until }

    /// Whether it counts now or will.
    package func isAhead(at now: Date) -> Bool { liftedAt == nil && now < until }

    mutating func lift(by name: String, at now: Date) throws(FreezeError) {
        guard isAhead(at: now) else { throw .over(id) }
        (liftedAt, liftedBy) = (now, name)
    }
}

/// Why a freeze cannot be begun or ended.
package enum FreezeError: Error, Equatable, CustomStringConvertible {
    case reasonMissing
    case noTime(from: Date, until: Date)
    case tooLong(days: Int)
    case unknown(UUID)
    case over(UUID)
    case tooMany(Int)

    package var description: String {
        switch self {
        case .reasonMissing: "Say why nothing may be changed."
        case .noTime(let from, let until):
            "A freeze from \(from.formatted(.iso8601)) until \(until.formatted(.iso8601)) is never: give an end that is ahead, "
                + "and behind its beginning."
        case .tooLong(let days): "A freeze lasts \(days) days at most: begin another one later."
        case .unknown(let id): "There is no freeze \(id.text)."
        case .over(let id): "The freeze \(id.text) is over already."
        case .tooMany(let limit): "\(limit) freezes are ahead already: lift one of them first."
        }
    }
}
