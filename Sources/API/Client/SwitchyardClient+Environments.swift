package import Domain
package import Foundation

/// What environments are, and when they are not to be changed.
extension SwitchyardClient {
    package func environmentFacts() async throws -> [EnvironmentFacts] { try await get(.environmentFacts) }

    package func compare(
        _ first: EnvironmentName, with second: EnvironmentName
    ) async throws -> EnvironmentComparison {
        try await get(
            .compareEnvironments, ["environment": first.rawValue], query: ["with": second.rawValue])
    }

    package func mark(_ environment: EnvironmentName, _ request: DataClassRequest) async throws -> Done {
        try await send(.markDatabase, ["environment": environment.rawValue], body: request)
    }

    package func freezes() async throws -> [FreezeReport] { try await get(.freezes) }

    package func freeze(_ environment: EnvironmentName, _ request: FreezeRequest) async throws -> FreezeReport {
        try await send(.beginFreeze, ["environment": environment.rawValue], body: request)
    }

    package func liftFreeze(_ id: UUID) async throws -> FreezeReport {
        try await get(.liftFreeze, ["freeze": id.text])
    }
}
