import API
import Foundation
import TestSupport
import Testing

/// What a person sees while a deployment is under way, and what a program reads.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProgressTests {
    @Test func `a terminal shows the step being done and its time, a pipe only lines that stay`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "3s"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            let piped = try await switchyard.cli(["deploy", "1.0.0"])
            #expect(piped.status == 0)
            #expect(piped.output.contains("  done  bake              healthy for 3 s\n"), "\(piped.output)")
            #expect(!piped.output.contains("\r") && !piped.output.contains("\u{1B}") && piped.error.isEmpty)

            let terminal = try TerminalSession(["deploy", "1.1.0"], state: switchyard.state)
            try await eventually(within: .seconds(60), "the end of the command") { !terminal.isRunning }
            try await eventually(within: .seconds(5), "the last line") {
                terminal.text.contains("1.1.0 serves production")
            }
            let shown = terminal.text.replacing(/\u{1B}\[[0-9]*m/, with: "")
            #expect(terminal.status == 0)
            #expect(shown.contains(/\r\u{1B}\[K  now   bake              [1-3] s/), "\(shown)")
            #expect(shown.contains(/\r\u{1B}\[K  done  bake              healthy for 3 s/), "\(shown)")
        }
    }
}
