package import Foundation

/// Something that is done to an environment beside its deployments: written down before it is done, and once more with
/// what came of it.
package protocol EnvironmentAct: Codable, Equatable, Sendable {
    var id: UUID { get }
    var environment: EnvironmentName { get }
    var requestedBy: String { get }
    var createdAt: Date { get }
    /// Nil between intent and result.
    var outcome: ActOutcome? { get }
    /// A stable name of what is written down now: `intent:command`, `done:maintenance_off`.
    var boundary: String { get }
}

/// What came of an act.
package enum ActOutcome: String, Codable, Sendable, CaseIterable {
    case done
    case failed
}
