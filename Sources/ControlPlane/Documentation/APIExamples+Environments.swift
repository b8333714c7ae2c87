import API
import Domain
import Foundation

/// Examples of the messages about environments; nil for another route.
extension APIExamples {
    static func environmentsMessage(for route: Route) -> Any? {
        switch route {
        case .markDatabase: DataClassRequest(data: .live, reason: "", requestedBy: "")
        case .beginFreeze: FreezeRequest(from: .distantPast, until: .distantPast, reason: "", requestedBy: "")
        default: nil
        }
    }

    static func environmentsAnswer(to route: Route) -> Any? {
        switch route {
        case .environmentFacts:
            [
                EnvironmentFacts(
                    name: name, purpose: "", domains: [""], database: "embedded", runtime: "process",
                    isProtected: true, data: .live, features: .stable, instances: ["": 1], serving: reference,
                    freeze: freeze)
            ]
        case .compareEnvironments:
            EnvironmentComparison(
                first: name, second: name,
                differences: [.init(section: "release", name: "", first: "", second: "")], sharedSecrets: [""],
                gaps: [""])
        case .markDatabase: Done("")
        case .freezes: [freeze]
        case .beginFreeze, .liftFreeze: freeze
        default: nil
        }
    }

    private static let name = EnvironmentName(unchecked: "production")

    private static var freeze: FreezeReport {
        FreezeReport(
            id: UUID(), environment: name, from: .distantPast, until: .distantPast, reason: "", by: "",
            liftedAt: .distantPast, liftedBy: "", state: "active")
    }
}
