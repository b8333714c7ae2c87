package import Domain
package import Foundation

/// Changes of protected environments: asking, approving, rejecting.
extension SwitchyardClient {
    package func request(_ request: DeploymentRequest, in environment: EnvironmentName) async throws
        -> ChangeRequestReport
    {
        try await send(.requestDeployment, ["environment": environment.rawValue], body: request)
    }

    /// Open ones and the newest others, newest first.
    package func changeRequests() async throws -> [ChangeRequestReport] { try await get(.changeRequests) }

    package func changeRequest(_ id: UUID) async throws -> ChangeRequestReport {
        try await get(.changeRequest, ["request": id.text])
    }

    package func approve(_ id: UUID, _ approval: ApproveRequest) async throws -> ChangeRequestReport {
        try await send(.approveRequest, ["request": id.text], body: approval)
    }

    package func reject(_ id: UUID, _ rejection: RejectRequest) async throws -> ChangeRequestReport {
        try await send(.rejectRequest, ["request": id.text], body: rejection)
    }
}
