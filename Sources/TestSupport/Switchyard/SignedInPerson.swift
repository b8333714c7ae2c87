import API
import Foundation

/// Somebody with a token of their own at a Switchyard under test.
package struct SignedInPerson: Sendable {
    package let name: String
    private let switchyard: SwitchyardFixture
    private let file: String

    init(_ name: String, _ switchyard: SwitchyardFixture, file: String) {
        self.name = name
        self.switchyard = switchyard
        self.file = file
    }

    /// What makes a command line theirs.
    package var options: [String] { ["--token-file", file] }

    /// Runs a command line as them.
    @discardableResult
    package func cli(_ arguments: [String]) async throws -> CommandResult {
        // Before '--', behind which a command of its own stands.
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return try await switchyard.cli(Array(arguments[..<end]) + options + Array(arguments[end...]))
    }

    /// Proposes roles, as the command line writes them, and answers the proposal's id.
    package func proposes(_ account: String, roles: [String]) async throws -> String {
        let result = try await cli(
            ["account", "propose", account, "--reason", "to test it", "--json"] + roles.flatMap { ["--role", $0] })
        guard result.status == 0 else { throw NeverHappened(description: "Nothing was proposed: \(result.error)") }
        let proposal = try WireFormat.decoder.decode(RoleProposalReport.self, from: Data(result.output.utf8))
        return proposal.id.uuidString.lowercased()
    }
}

extension SwitchyardFixture {
    /// Somebody with an account, whom the machine's token vouches for.
    package func person(_ name: String) async throws -> SignedInPerson {
        let file = "\(folder)/\(name)-\(UUID().uuidString.prefix(4)).token"
        let result = try await cli(["token", "create", "test", "--account", name, "--output", file])
        guard result.status == 0 else { throw NeverHappened(description: "No token was made: \(result.error)") }
        return SignedInPerson(name, self, file: file)
    }
}
