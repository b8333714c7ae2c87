import API
import Domain
import TestSupport
import Testing

extension SwitchyardFixture {
    /// Expects an earlier release as the next way back, and that the command line leads there.
    func expectRollback(
        to version: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let ways = try await report().waysBack.map(\.version.rawValue)
        #expect(ways.first == version, sourceLocation: sourceLocation)
        let result = try await cli(["rollback"])
        #expect(result.status == 0, "\(result.output) \(result.error)", sourceLocation: sourceLocation)
        let serving = try await servingVersions()
        #expect(serving == [version], sourceLocation: sourceLocation)
    }
}
