import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The REST API under foreign eyes: openapi-spec-validator reads its document, schemathesis asks what nobody would.
@Suite(.timeLimit(.minutes(8))) struct FuzzedInterfaceTests {
    private static let peers = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build/test-peers/bin").path

    /// Streams do not end, a ring holds a hundred keys, and no text is an archive.
    private static let passedOver = ["followLogs", "rotateSecretKeys", "addRelease"]

    @Test func `the document is valid OpenAPI, and no request leads to a 5xx or to an answer that it does not have`()
        async throws
    {
        try await SwitchyardFixture.use([FixtureEnvironment("dev"), FixtureEnvironment()]) { switchyard in
            let document = "docs/reference/openapi.json"
            let root = URL(filePath: Self.peers).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path
            let valid = try await peer("openapi-spec-validator", ["\(root)/\(document)"])
            #expect(valid.isGood, "\(valid.output)")

            let token = try String(contentsOfFile: "\(switchyard.state)/token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let url = "http://\(switchyard.apiAddress)/api/v1/openapi.json"
            let fuzzed = try await peer(
                "schemathesis",
                [
                    "run", url, "--header", "Authorization:Bearer \(token)", "--workers", "1", "--phases",
                    "coverage,fuzzing", "--max-examples", "4", "--checks",
                    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                    "--request-timeout", "20", "--generation-deterministic", "--max-time", "90",
                    "--continue-on-failure",
                ] + Self.passedOver.flatMap { ["--exclude-operation-id", $0] })
            #expect(fuzzed.isGood, "\(fuzzed.output.suffix(20_000))")
            #expect(try await switchyard.cli(["status"]).status != 6, "it is still there")
        }
    }

    private func peer(_ program: String, _ arguments: [String]) async throws -> (output: String, isGood: Bool) {
        let result = try await run(
            .path(FilePath("\(Self.peers)/\(program)")), arguments: Arguments(arguments),
            environment: .inherit.updating(["NO_COLOR": "1"]), input: .none, output: .string(limit: 1 << 24),
            error: .combinedWithOutput)
        return (result.standardOutput, result.terminationStatus.isSuccess)
    }
}
