import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What `switchyard install` says of an installed configuration, in a mount namespace with an /etc of its own.
@Suite(.enabled(if: getuid() == 0, "only root mounts"), .timeLimit(.minutes(1)))
struct InstalledConfigurationTests {
    private struct Report: Decodable {
        struct Occupant: Decodable { let port: Int }

        let occupants: [Occupant]
        let problems: [String]
    }

    /// Nothing is changed; what would be is of no interest here.
    private func foresee(configuration: String, environment: String, in folder: String) async throws -> Report {
        let script = """
            mkdir -p etc && cp -a /etc/. etc/ && mkdir -p etc/switchyard || exit
            printf %s "$CONFIGURATION" >etc/switchyard/switchyard.yaml
            printf %s "$VARIABLES" >etc/switchyard/environment
            mount --bind etc /etc && exec "$0" install --dry-run --json
            """
        let result = try await run(
            .name("unshare"), arguments: ["--mount", "sh", "-c", script, SwitchyardFixture.program],
            environment: .inherit.updating(["CONFIGURATION": configuration, "VARIABLES": environment]),
            workingDirectory: FilePath(folder), output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        return try JSONDecoder().decode(Report.self, from: Data(result.standardOutput.utf8))
    }

    @Test func `its variables are read as the unit reads them, so that its ports are looked at`() async throws {
        try await withTemporaryFolder { folder in
            let taken = try TakenPort()
            let configuration = """
                application: notes
                environments: {production: {database: {url: "${DATABASE_URL}"}}}
                traffic: {http: "127.0.0.1:\(taken.port)"}
                """
            let unset = try await foresee(configuration: configuration, environment: "", in: folder)
            #expect(unset.problems.count == 1)
            #expect(unset.problems.first?.contains("uses ${DATABASE_URL}, which is not set") == true)

            let set = try await foresee(
                configuration: configuration, environment: "DATABASE_URL='postgresql://me:geheim@db/notes'\n",
                in: folder)
            #expect(set.problems.isEmpty)
            #expect(set.occupants.map(\.port) == [taken.port])
        }
    }
}
