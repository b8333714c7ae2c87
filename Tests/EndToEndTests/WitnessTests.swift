import API
import Domain
import Foundation
import Glibc
import Ports
import TestSupport
import Testing

/// A witness that the control plane asks by itself, as `switchyard.yaml` says.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WitnessTests {
    @Test func `the record is cosigned regularly, and one that was put back is told by status`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let port = try FreePort.find(count: 1)[0]
            var witness = try startWitness(of: switchyard, port: port)
            let key = try await publicKey(of: witness)
            try await switchyard.restart(
                changing: "application: example\n", to: "application: example\n\(settings(port, key))\n")
            let first = try await cosigned(switchyard, beyond: -1)
            let status = try await switchyard.cli(["status"])
            #expect(status.status == 0 && status.output.contains("switchyard-witness has cosigned"), "\(status)")
            let shown = try await switchyard.cli(["audit", "show"])
            #expect(shown.status == 0 && shown.output.contains("has cosigned"), "\(shown)")

            // A witness that is killed has lost nothing of what it remembers, and the record goes on without it.
            witness.end()
            #expect(try await switchyard.cli(["maintenance", "on"]).status == 0)
            let older = "\(switchyard.folder)/older"
            try FileManager.default.copyItem(atPath: "\(switchyard.state)/audit", toPath: older)
            #expect(try await switchyard.cli(["maintenance", "off"]).status == 0)
            witness = try startWitness(of: switchyard, port: port)
            let second = try await cosigned(switchyard, beyond: first + 2)

            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            let audit = "\(switchyard.state)/audit"
            try FileManager.default.removeItem(atPath: audit)
            try FileManager.default.moveItem(atPath: older, toPath: audit)
            try await switchyard.start()
            try await eventually(within: .seconds(30), "the witness' refusal") {
                try await switchyard.client.status().problems.contains {
                    $0.contains("older record was put in its place") || $0.contains("it was altered")
                }
            }
            #expect(try await switchyard.cli(["status"]).status == 1)
            #expect(try #require(await switchyard.client.status().record?.witness?.entries) < second)
            witness.end()
        }
    }

    @Test func `a witness with another key is told, and the configuration refuses a key that is none`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let port = try FreePort.find(count: 1)[0]
            let witness = try startWitness(of: switchyard, port: port)
            defer { witness.end() }
            let other = try startWitness(of: switchyard, port: 0, named: "other")
            let otherKey = try await publicKey(of: other)
            other.end()
            _ = try await publicKey(of: witness)
            let text = try String(contentsOfFile: switchyard.configuration, encoding: .utf8)
            func apply(key: String) async throws -> CommandResult {
                try (settings(port, key) + "\n" + text)
                    .write(toFile: switchyard.configuration, atomically: true, encoding: .utf8)
                return try await switchyard.cli(["config", "apply"])
            }
            let log = try String(contentsOfFile: "\(switchyard.state)/audit/log/log.vkey", encoding: .utf8)
            let refused = try await apply(key: log.trimmingCharacters(in: .whitespacesAndNewlines))
            #expect(refused.status != 0 && refused.error.contains("audit.witness.public_key"), "\(refused)")
            #expect(try await apply(key: otherKey).status == 0)
            try await eventually(within: .seconds(30), "the other key") {
                // It is away for a moment while its parts are made anew.
                (try? await switchyard.client.status())?.problems.contains {
                    $0.contains("not signed with the public key")
                } ?? false
            }
            #expect(try await switchyard.client.status().record?.witness?.entries == nil)
        }
    }

    private func settings(_ port: Int, _ key: String) -> String {
        "audit: {witness: {url: \"http://127.0.0.1:\(port)\", public_key: \"\(key)\", every: 200ms}}"
    }

    private func startWitness(of switchyard: SwitchyardFixture, port: Int, named name: String = "witness") throws
        -> BackgroundCommand
    {
        try switchyard.background(
            [
                "witness", "\(switchyard.folder)/\(name)", "--log", "\(switchyard.state)/audit/log/log.vkey",
                "--listen", "127.0.0.1:\(port)",
            ])
    }

    private func publicKey(of witness: BackgroundCommand) async throws -> String {
        var key: Substring?
        try await eventually(within: .seconds(30), "the witness' key") {
            key = witness.output.split(separator: "\n").first { $0.hasPrefix("switchyard-witness+") }
            return key != nil
        }
        return String(try #require(key))
    }

    /// How many entries are cosigned, as soon as there are more than some.
    private func cosigned(_ switchyard: SwitchyardFixture, beyond size: Int) async throws -> Int {
        var entries = -1
        try await eventually(within: .seconds(30), "a cosignature beyond \(size)") {
            entries = try await switchyard.client.status().record?.witness?.entries ?? -1
            return entries > size
        }
        return entries
    }
}
