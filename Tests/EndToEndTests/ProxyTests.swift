import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// The proxy outlives the control plane, and comes back as it was.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProxyTests {
    @Test func `a killed proxy splits requests as before, also without the control plane`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version))
                try await switchyard.deploy(version)
            }
            try await switchyard.rollBack()
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            for _ in 1...4 {
                let master = try #require(switchyard.servicePid("haproxy"))
                Glibc.kill(-master, SIGKILL)
                try await eventually(within: .seconds(30), "a new proxy") {
                    guard let now = switchyard.servicePid("haproxy"), now != master else { return false }
                    return (try? await switchyard.ask().status) == 200
                }
                #expect(try await switchyard.servingVersions() == ["1.0.0"])
            }
            try await switchyard.start()
            try await eventually(within: .seconds(30), "a status without problems") {
                try await switchyard.cli(["status"]).status == 0
            }
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    @Test func `a configuration edited by hand is reported and not silently undone`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            #expect(try await switchyard.cli(["status"]).status == 0)
            let path = "\(switchyard.state)/haproxy/haproxy.cfg"
            let written = try String(contentsOfFile: path, encoding: .utf8)
            let edited = written.replacing("timeout queue 10s", with: "timeout queue 11s")
            try #require(edited != written)
            try edited.write(toFile: path, atomically: true, encoding: .utf8)

            let status = try await switchyard.cli(["status"])
            #expect(status.status == 1)
            #expect(status.output.contains("was edited by hand: it has 'timeout queue 11s' there"), "\(status.output)")
            // What changes at run time leaves the file alone.
            for wish in ["on", "off"] { #expect(try await switchyard.cli(["maintenance", wish]).status == 0) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == edited)
            #expect(try await switchyard.cli(["status"]).status == 1)
            // The next deployment writes it anew, as its first line says.
            #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
            #expect(try await switchyard.cli(["status"]).status == 0)
        }
    }

    @Test func `the maintenance page stands before every release until it is taken away`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            #expect(try await switchyard.cli(["maintenance", "on"]).status == 0)
            let page = try await switchyard.ask()
            #expect(page.status == 503)
            #expect(page.release == nil)
            try await switchyard.deploy("1.1.0")
            #expect(try await switchyard.ask().status == 503, "a deployment does not end the maintenance")
            #expect(try await switchyard.report().maintenance)
            #expect(try await switchyard.cli(["maintenance", "off"]).status == 0)
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
        }
    }
}
