package import Domain
package import Foundation

extension SwitchyardClient {
    /// Writes a one-off command down; it may be started as soon as this has answered.
    package func prepare(_ request: RunRequest, in environment: EnvironmentName) async throws -> PreparedCommand {
        try await send(.prepareCommand, ["environment": environment.rawValue], body: request)
    }

    /// Tells how a one-off command ended.
    @discardableResult
    package func tell(_ end: CommandEnd, of command: UUID) async throws -> OneOffCommand {
        try await send(.endCommand, ["command": command.uuidString], body: end)
    }

    /// One-off commands, newest first.
    package func commands(in environment: EnvironmentName? = nil, last: Int = 20) async throws -> [OneOffCommand] {
        try await get(
            .commands, query: ["environment": environment?.rawValue, "last": "\(last)"].compactMapValues { $0 }
        )
    }
}
