package import Foundation

/// One time that the maintenance page of an environment was asked for or taken away.
package struct MaintenanceChange: EnvironmentAct {
    /// What was asked for.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case on = "maintenance_on"
        case off = "maintenance_off"
    }

    package typealias Outcome = ActOutcome

    package let id: UUID
    package let environment: EnvironmentName
    package let kind: Kind
    package let requestedBy: String
    package let createdAt: Date
    package private(set) var outcome: Outcome?
    package private(set) var endedAt: Date?
    /// Why it failed, or how it ended otherwise than at once.
    package private(set) var reason: String?

    package init(id: UUID, environment: EnvironmentName, isOn: Bool, requestedBy: String, createdAt: Date) {
        self.id = id
        self.environment = environment
        kind = isOn ? .on : .off
        self.requestedBy = requestedBy
        self.createdAt = createdAt
    }

    package var boundary: String { "\(outcome?.rawValue ?? "intent"):\(kind.rawValue)" }

    /// The same with its result.
    package func ended(_ outcome: Outcome, at now: Date, because reason: String? = nil) -> MaintenanceChange {
        var change = self
        (change.outcome, change.endedAt, change.reason) = (outcome, now, reason)
        return change
    }
}
