import Foundation
import Onboarding
import Testing

/// `switchyard init` of the real binary.
@Suite(.timeLimit(.minutes(3)))
struct CommandTests {
    @Test func `init asks nobody where nobody is, and says how to go on`() async throws {
        try await TemporaryRepository.use(["Procfile": "web: run\n", "app.py": "'/health'"]) { repository in
            let before = repository.content
            let outcome = try await CommandOutcome.of(["init"], in: repository.folder)
            #expect(!outcome.succeeded)
            #expect(outcome.error.contains("take every guess with --yes"))
            #expect(repository.content == before)
        }
    }

    @Test func `init --yes drafts both files, prints at most four more commands, and never a second time`() async throws
    {
        try await TemporaryRepository.use(["Procfile": "web: sh serve\n", "app.py": "x"]) { repository in
            let unhealthy = try await CommandOutcome.of(["init", "--yes"], in: repository.folder)
            #expect(unhealthy.error.contains("--health PATH"))
            let outcome = try await CommandOutcome.of(
                ["init", "--yes", "--health", "/well", "--json"], in: repository.folder)
            #expect(outcome.succeeded, "\(outcome.error)")
            let report = try JSONDecoder().decode(DraftReport.self, from: Data(outcome.output.utf8))
            #expect(report.commands.count == 4, "'init' was the first of five")
            #expect(report.written == ["release.yaml", "switchyard.yaml"])
            #expect(repository.content["release.yaml"]?.contains("path: /well") == true)
            let again = try await CommandOutcome.of(["init", "--yes"], in: repository.folder)
            #expect(again.error.contains("are there already and nothing was changed"))
            #expect(
                try await CommandOutcome.of(["doctor", "--state", "\(repository.folder)/state"], in: repository.folder)
                    .succeeded)
        }
    }
}
