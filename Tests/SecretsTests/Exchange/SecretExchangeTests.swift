import Domain
import Foundation
import Glibc
import Secrets
import TestSupport
import Testing

/// Files that go to others and come from others: Debian's age, and a reader in Python with the age and AES of others.
@Suite(.timeLimit(.minutes(2))) struct SecretExchangeTests {
    private let secrets = [
        "STRIPE_SECRET_KEY": "sk_live_51Habc\"quoted\"\\", "DATABASE_URL": "postgres://u:p%40ss@db/x", "A": "ü€😀",
        "PEM": "-----BEGIN-----\nMIIB\\n\n-----END-----\n", "SPACES": "  = # \t",
        "LONG": String(repeating: "0123456789", count: 3_000),
    ]
    private let exchange = SecretExchange()

    @Test(arguments: SopsFile.Format.allCases)
    func `an exported file is imported again as it was`(format: SopsFile.Format) async throws {
        try await withIdentities(2) { identities in
            let file = try await exchange.write(
                secrets.asSecrets, format: format, recipients: identities.map(\.recipient), at: .test)
            for identity in identities {
                let read = try await exchange.read(file, format: format, identityFile: identity.path)
                #expect(read.secrets == secrets.asSecrets)
                #expect(read.settings.isEmpty)
            }
        }
    }

    @Test(arguments: SopsFile.Format.allCases)
    func `a reader of others opens an exported file`(format: SopsFile.Format) async throws {
        try await withIdentities(1) { identities in
            let file = try await exchange.write(
                secrets.asSecrets, format: format, recipients: [identities[0].recipient], at: .test)
            let read = try await runForeign(
                TestPeers.python, TestPeers.script, "read", format.rawValue, identities[0].path, input: Array(file))
            #expect(try JSONDecoder().decode([String: String].self, from: Data(read)) == secrets)
        }
    }

    @Test(arguments: SopsFile.Format.allCases)
    func `a file of others is imported, what it leaves in the clear as settings`(format: SopsFile.Format) async throws {
        try await withIdentities(1) { identities in
            let values =
                #"{"Z": "last letter first", "COUNT": 42, "RATIO": 0.25, "ON": true, "LOG_LEVEL_unencrypted": "in\nfo"}"#
            let file = try await runForeign(
                TestPeers.python, TestPeers.script, "write", format.rawValue, identities[0].recipient,
                input: Array(values.utf8))
            let read = try await exchange.read(Data(file), format: format, identityFile: identities[0].path)
            let expected = ["Z": "last letter first", "COUNT": "42", "RATIO": "0.25", "ON": "true"]
            #expect(read.secrets == expected.asSecrets)
            #expect(read.settings == [VariableName(unchecked: "LOG_LEVEL_unencrypted"): "in\nfo"])
        }
    }

    @Test func `nobody else's identity opens a file`() async throws {
        try await withIdentities(2) { identities in
            let file = try await exchange.write(
                ["A": "value"].asSecrets, format: .json, recipients: [identities[0].recipient], at: .test)
            let error = await #expect(throws: SecretsError.self) {
                try await exchange.read(file, format: .json, identityFile: identities[1].path)
            }
            guard case .noMatchingIdentity? = error else {
                Issue.record("It said: \(error?.description ?? "nothing")")
                return
            }
        }
    }

    @Test func `no byte of a file can be altered unnoticed`() async throws {
        try await withIdentities(1) { identities in
            let file = try await exchange.write(
                ["A": "value of a", "B": "value of b"].asSecrets, format: .dotenv,
                recipients: [identities[0].recipient],
                at: .test)
            let lines = String(decoding: file, as: UTF8.self).split(separator: "\n").map(String.init)
            for (number, line) in lines.enumerated()
            where !line.hasPrefix("sops_version") && !line.contains("suffix") && !line.contains("recipient") {
                var altered = Array(line.utf8)
                let place = altered.count / 2
                altered[place] = altered[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                var all = lines
                all[number] = String(decoding: altered, as: UTF8.self)
                await #expect(throws: SecretsError.self, "\(line)") {
                    try await exchange.read(
                        Data(all.joined(separator: "\n").utf8), format: .dotenv, identityFile: identities[0].path)
                }
            }
        }
    }

    @Test(arguments: ["lower-case", "1ST", "WITH SPACE", "ÄRGER", ""])
    func `a key that is no variable's name is refused by name`(key: String) async throws {
        try await withIdentities(1) { identities in
            let file = try await runForeign(
                TestPeers.python, TestPeers.script, "write", "json", identities[0].recipient,
                input: Array(#"{"\#(key)": "value"}"#.utf8))
            let error = await #expect(throws: SecretsError.self) {
                try await exchange.read(Data(file), format: .json, identityFile: identities[0].path)
            }
            #expect(error?.description.hasPrefix("'\(key)' is no name of a variable") == true)
        }
    }

    @Test func `what cannot be exported is refused before anything is written`() async throws {
        let some = ["A": "value"].asSecrets
        await #expect(throws: SecretsError.noRecipients) {
            try await exchange.write(some, format: .json, recipients: [], at: .test)
        }
        for text in ["", "age1", "ssh-ed25519 AAAA", "--help", "age1" + String(repeating: "q", count: 58)] {
            await #expect(throws: SecretsError.self, "\(text)") {
                try await exchange.write(some, format: .json, recipients: [text], at: .test)
            }
        }
        try await withIdentities(1) { identities in
            await #expect(throws: SecretsError.self) {
                try await exchange.write(
                    ["KEY_unencrypted": "value"].asSecrets, format: .json, recipients: [identities[0].recipient],
                    at: .test)
            }
        }
    }

    @Test func `without the program age one is told which package brings it`() async throws {
        let without = SecretExchange(age: AgeProgram(program: "age-that-nobody-has"))
        await #expect(throws: SecretsError.ageMissing) {
            try await without.write(["A": "value"].asSecrets, format: .json, recipients: ["age1qqq"], at: .test)
        }
    }

    @Test func `neither the file's key nor a value is ever an argument of age or in its environment`() async throws {
        try await withIdentities(1) { identities in
            let folder = (identities[0].path as NSString).deletingLastPathComponent
            let program = "\(folder)/recording-age"
            try """
            #!/bin/sh
            { cat /proc/$$/cmdline; cat /proc/$$/environ; } >> \(folder)/recorded
            exec age "$@"
            """.write(toFile: program, atomically: false, encoding: .utf8)
            chmod(program, 0o755)
            let recording = SecretExchange(age: AgeProgram(program: program))
            let file = try await recording.write(
                ["A": "value of a"].asSecrets, format: .json, recipients: [identities[0].recipient], at: .test)
            _ = try await recording.read(file, format: .json, identityFile: identities[0].path)
            let recorded = try #require(FileManager.default.contents(atPath: "\(folder)/recorded"))
            #expect(recorded.range(of: Data("--decrypt".utf8)) != nil)
            #expect(recorded.range(of: Data("--encrypt".utf8)) != nil)
            for hidden in ["AGE-SECRET-KEY", "value of a", "ENC[", "BEGIN AGE"] {
                #expect(recorded.range(of: Data(hidden.utf8)) == nil, "\(hidden)")
            }
        }
    }

    private struct Identity {
        let path: String
        let recipient: String
    }

    private func withIdentities(_ count: Int, _ body: ([Identity]) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            var identities: [Identity] = []
            for number in 0..<count {
                let path = "\(folder)/identity-\(number).txt"
                try await runForeign("age-keygen", "--output", path)
                let recipient = try await runForeign("age-keygen", "-y", path)
                identities.append(
                    Identity(
                        path: path,
                        recipient: String(decoding: recipient, as: UTF8.self).trimmingCharacters(in: .newlines)))
            }
            try await body(identities)
        }
    }
}
