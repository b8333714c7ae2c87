import API
import Domain
import Foundation
import Glibc
import LoadTesting
import TestSupport
import Testing

/// A changed switchyard.yaml is shown as a difference and applied while users are served, or refused whole.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ConfigurationChangeTests {
    @Test func `a change is shown, applied and recorded while a deployment bakes, without a failed request`()
        async throws
    {
        try await withServingRelease { switchyard in
            let load = try await switchyard.underLoad { _ in
                try switchyard.change("bake: 200ms", to: "bake: 10m")
                let lengthened = try await switchyard.cli(["config", "apply"])
                #expect(lengthened.status == 0, "\(lengthened.error)")
                let request = DeployRequest(release: "2.0.0", requestedBy: "test")
                let opened = try await switchyard.client.deploy(request, to: .production)
                try await switchyard.waitForBoundary("intent:bake", of: opened.id)
                try switchyard.change("bake: 10m", to: "bake: 300ms")
                try switchyard.change("stop: 5s", to: "stop: 5s\n    keep_releases: 3")
                try switchyard.change("switchyard.test]", to: "switchyard.test, also.switchyard.test]")
                let shown = try await switchyard.cli(["config", "diff"])
                #expect(shown.status == 2, "\(shown.error)")
                #expect(
                    shown.output.contains(
                        "environments.production.bake: 10m -> 300ms  (from the next step of a deployment on)"))
                #expect(shown.output.contains("environments.production.keep_releases: 2 -> 3  (at once, by a reload"))
                #expect(shown.output.split(separator: "\n").count == 3, "\(shown.output)")
                #expect(try await switchyard.report().slots.count == 4)

                let pid = switchyard.controlPlanePid
                let applied = try await switchyard.cli(["config", "apply"])
                #expect(applied.status == 0, "\(applied.error)")
                #expect(switchyard.isControlPlaneRunning && switchyard.controlPlanePid == pid)
                let ended = try await switchyard.waitForEnd(of: opened.id)
                #expect(ended.deployment.outcome == .committed, "\(ended.deployment.reason ?? "")")
                #expect(try await switchyard.servingVersions() == ["2.0.0"])
                let report = try await switchyard.report()
                #expect(report.slots.count == 5 && report.domains.contains("also.switchyard.test"))
                #expect(try await switchyard.client.status().problems == [])
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            try await expectNothingDiffers(in: switchyard)
            let change = try #require(try await switchyard.client.configuration().lastChange)
            #expect(change.number == 2 && change.outcome == .applied && change.differences.count == 3)
            #expect(!change.requestedBy.isEmpty)
        }
    }

    @Test func `a file that is wrong is refused with line and column, and changes nothing`() async throws {
        try await withServingRelease { switchyard in
            let before = try switchyard.configurationText
            let refused: [(old: String, new: String, words: String)] = [
                ("bake: 200ms", "bake: soon", ":6:11: 'environments.production.bake' is 'soon'"),
                ("drain: 2s", "dran: 2s", "'dran'"),
                ("  production:", "  staging:", "production has releases that run"),
                ("application: example", "application: other", "the application cannot become another one"),
                ("api:\n  listen: 127.0.0.1:0", "api:\n  listen: 192.0.2.1:0", "cannot listen on 192.0.2.1:0"),
                ("http: 127.0.0.1:0", "http: 192.0.2.1:0", "cannot listen on 192.0.2.1:0"),
            ]
            let load = try await switchyard.underLoad { _ in
                for (old, new, words) in refused {
                    let file = "\(switchyard.folder)/changed.yaml"
                    #expect(before.contains(old), "\(old)")
                    try before.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
                    for command in ["diff", "apply"] {
                        let answer = try await switchyard.cli(["config", command, file])
                        #expect(answer.status == 1, "\(command) \(new): \(answer.output)")
                        #expect(answer.error.contains(words), "\(command) \(new): \(answer.error)")
                    }
                }
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            #expect(try switchyard.configurationText == before)
            #expect(try await switchyard.client.configuration().lastChange == nil)
            try await expectNothingDiffers(in: switchyard)
        }
    }

    @Test func `a named file takes the place of the one of serve, settings count with the next deployment`()
        async throws
    {
        let environment = FixtureEnvironment(settings: ["API_TOKEN": "oldvalue", "LINK": "x://dora:hidden1@host/a"])
        try await withServingRelease(environment) { switchyard in
            let file = "\(switchyard.folder)/changed.yaml"
            let before = try switchyard.configurationText
            try before.replacing("oldvalue", with: "newvalue").replacing("hidden1", with: "hidden2")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let applied = try await switchyard.cli(["config", "apply", file])
            #expect(applied.status == 0, "\(applied.error)")
            #expect(applied.output.contains("settings.API_TOKEN: *** -> *** (another secret)  (with the next deploy"))
            #expect(applied.output.contains("settings.LINK: x://dora:***@host/a -> "), "\(applied.output)")
            for secret in ["oldvalue", "newvalue", "hidden1", "hidden2"] {
                #expect(!applied.output.contains(secret))
                let record = try String(contentsOfFile: "\(switchyard.state)/configuration.json", encoding: .utf8)
                #expect(!record.contains(secret))
            }
            #expect(try switchyard.configurationText == String(contentsOfFile: file, encoding: .utf8))
            let previous = try String(
                contentsOfFile: "\(switchyard.state)/configuration.previous.yaml", encoding: .utf8)
            #expect(previous == before)
            try await expectNothingDiffers(in: switchyard)
            switchyard.kill(SIGTERM)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.start()
            try await expectNothingDiffers(in: switchyard)
        }
    }

    @Test func `a change that does not come up is taken back, and the file says again what is in force`() async throws {
        try await withServingRelease { switchyard in
            let before = try switchyard.configurationText
            let file = "\(switchyard.folder)/changed.yaml"
            // One address in two spellings: each of the two finds the port free, and only one of them gets it.
            let port = try TakenPort().port
            try before.replacing("listen: 127.0.0.1:0", with: "listen: 127.0.0.1:\(port)")
                .replacing("http: 127.0.0.1:0", with: "http: 127.0.0.1:0\n  https: '[::ffff:127.0.0.1]:\(port)'")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let applied = try await switchyard.cli(["config", "apply", file])
            #expect(applied.status == 1, "\(applied.output)")
            #expect(applied.error.contains("The configuration before is in force again"), "\(applied.error)")
            #expect(try switchyard.configurationText == before)
            #expect(try await switchyard.deploy("2.0.0").deployment.outcome == .committed)
            #expect(try await switchyard.servingVersions() == ["2.0.0"])
            #expect(try await switchyard.client.configuration().lastChange?.outcome == .takenBack)
            try await expectNothingDiffers(in: switchyard)
        }
    }

    private func expectNothingDiffers(in switchyard: SwitchyardFixture) async throws {
        let same = try await switchyard.cli(["config", "diff"])
        #expect(same.status == 0, "\(same.error)\(same.output)")
        #expect(same.output == "Nothing differs from the configuration in force.\n")
    }

    /// A Switchyard in which 1.0.0 serves and 2.0.0 is in the store.
    private func withServingRelease(
        _ environment: FixtureEnvironment = FixtureEnvironment(), _ body: (SwitchyardFixture) async throws -> Void
    ) async throws {
        try await SwitchyardFixture.use([environment]) { switchyard in
            for version in ["1.0.0", "2.0.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            try await body(switchyard)
        }
    }
}

extension SwitchyardFixture {
    fileprivate var configurationText: String {
        get throws { try String(contentsOfFile: configuration, encoding: .utf8) }
    }

    /// Edits switchyard.yaml as an operator does.
    fileprivate func change(_ old: String, to new: String) throws {
        let text = try configurationText
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(toFile: configuration, atomically: true, encoding: .utf8)
    }
}
