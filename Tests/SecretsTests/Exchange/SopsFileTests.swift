import Crypto
import Domain
import Foundation
import TestSupport
import Testing

@testable import Secrets

/// SOPS's own files, and files made from theirs.
@Suite(.timeLimit(.minutes(1))) struct SopsFileTests {
    /// What SOPS 3.13.1 wrote for its own tests (getsops/sops, functional-tests/res): value, MAC and time of a file with
    /// `foo: bar`, and the file's key, which the test key in that repository opens.
    private struct Vector {
        let format: SopsFile.Format
        let key: String
        let entry: (key: String, value: String)
        let ciphertext: String
        let mac: String
        let lastModified: String

        var data: Data {
            switch format {
            case .json:
                Data(
                    #"{"\#(entry.key)":"\#(ciphertext)","sops":{"lastmodified":"\#(lastModified)","mac":"\#(mac)"}}"#
                        .utf8)
            case .dotenv:
                Data("\(entry.key)=\(ciphertext)\nsops_lastmodified=\(lastModified)\nsops_mac=\(mac)\n".utf8)
            }
        }
    }

    private static let vectors = [
        Vector(
            format: .json, key: "n2rtpjg1AsOPfa5vu7jLaJBYKtsDNe/6iVL+WQ16lZY=", entry: ("foo", "bar"),
            ciphertext:
                "ENC[AES256_GCM,data:fvD/,iv:k3Mzfy+W8e3JGCaehDIOwoJDFGOWGoV+peBYbWdmb70=,tag:FeziVN+GUFROjEiQl+RsSw==,type:str]",
            mac:
                "ENC[AES256_GCM,data:5ISldk/tHEMc4/m4e+O5jSCxLIcJnzMzkKOTHcu9HfB+xRtEBX34CsIHByyFkRXNHkQQtcZwCDgBrqaTvbqD47vSVoqhcoV5PMSvShFaWUPLy2d1NdH+43+JBTPGVuae6No6H0xj1Wf5gE+Rj/Ql/g6o8EIz+uoPlBSmfyqHvWA=,iv:NsFPBoAsI1Nog0781MtAlPWFs7kveSvE+JMGUdekMRA=,tag:NX+MlNcRnCGPAq58ewLfHQ==,type:str]",
            lastModified: "2026-05-22T20:16:18Z"),
        Vector(
            format: .dotenv, key: "Mi2al5l4I/sr9C9VpsJhAMuvBSDPiLt+vuHPR91tMY0=", entry: ("foo ", " bar"),
            ciphertext:
                "ENC[AES256_GCM,data:XBV7lQ==,iv:d1FvB2AftTKfYFDO2XspPuv5IKcRhrljmRNCtbWoj7Q=,tag:pprVAdWf3q4Bb4oRPXZlBQ==,type:str]",
            mac:
                "ENC[AES256_GCM,data:evEAiDYeDG8/wtRoQbbpbjsGYvSct7SGOsFVKnph18e+6xQ9xqV6IwAtkxlfAizUpnkJSYvzebj5ZwI93DEl+lr8gA+JKTxw7YtEr9NejTz6lXaJtjKUZ9dmzqWkUoI/rexbaMncet9SLeKldrpGwA2DNdwjBYGj5FI8nRuN6DU=,iv:fQ864RUZhmoDzyLaYV1ET3faFHnlOszNAtddT1/nAoo=,tag:c98HSPfDpN7abMb66clDWw==,type:str]",
            lastModified: "2026-05-22T20:15:29Z"),
    ]

    @Test(arguments: vectors.indices)
    func `a file that SOPS wrote is opened, its MAC with it`(number: Int) throws {
        let vector = Self.vectors[number]
        let key = SymmetricKey(data: try #require(Data(base64Encoded: vector.key)))
        let entries = try SopsFile(vector.data, format: vector.format).open(with: key)
        #expect(entries.map(\.key) == [vector.entry.key])
        #expect(entries.map { $0.value.reveal() } == [vector.entry.value])
        #expect(entries.map(\.isEncrypted) == [true])
    }

    @Test(arguments: vectors.indices)
    func `a file of SOPS under another name, time or key is refused`(number: Int) throws {
        let vector = Self.vectors[number]
        let key = SymmetricKey(data: try #require(Data(base64Encoded: vector.key)))
        let text = String(decoding: vector.data, as: UTF8.self)
        func open(_ text: String, _ key: SymmetricKey) throws {
            _ = try SopsFile(Data(text.utf8), format: vector.format).open(with: key)
        }
        #expect(throws: SecretsError.alteredFile) {
            try open(text.replacing("2026-05-22T20:1", with: "2026-05-23T20:1"), key)
        }
        let renamed =
            vector.format == .json ? text.replacing("\"foo\"", with: "\"fox\"") : text.replacing("foo ", with: "fox ")
        #expect(throws: SecretsError.alteredEntry(key: vector.entry.key.replacing("foo", with: "fox"))) {
            try open(renamed, key)
        }
        #expect(throws: SecretsError.alteredEntry(key: vector.entry.key)) {
            try open(text, SymmetricKey(size: .bits256))
        }
    }

    @Test func `values that change places, or one left out, are refused by the MAC or by name`() async throws {
        let key = SymmetricKey(size: .bits256)
        let file = try Self.file([("A", "one", .string), ("B", "2", .integer), ("C", "True", .bool)], key: key)
        #expect(try Self.open(file, key: key).map { $0.value.reveal() } == ["one", "2", "true"])
        let lines = file.split(separator: "\n")
        let reordered = ([lines[1], lines[0]] + lines.dropFirst(2)).joined(separator: "\n")
        let shortened = lines.dropFirst().joined(separator: "\n")
        for text in [reordered, shortened] {
            #expect(throws: SecretsError.alteredFile) { try Self.open(text, key: key) }
        }
        let exchanged = file.replacing("A=", with: "X=").replacing("B=", with: "A=").replacing("X=", with: "B=")
        #expect(throws: SecretsError.alteredEntry(key: "B")) { try Self.open(exchanged, key: key) }
    }

    @Test(arguments: [
        ("", ["A", "B_unencrypted"]), ("sops_unencrypted_suffix=_open\n", ["A", "B_unencrypted"]),
        ("sops_encrypted_suffix=A\n", ["A"]), ("sops_encrypted_regex=^A\n", ["A"]),
        ("sops_unencrypted_regex=^B\n", ["A"]), ("sops_encrypted_regex=^(A|B_un)\n", ["A", "B_unencrypted"]),
    ])
    func `the rule of a file says which of its values are encrypted`(rule: String, encrypted: [String]) throws {
        let key = SymmetricKey(size: .bits256)
        let clear: Set<String> = rule.isEmpty ? ["B_unencrypted"] : Set(["A", "B_unencrypted"]).subtracting(encrypted)
        let file = try Self.file(
            [("A", "one", .string), ("B_unencrypted", "two", .string)], key: key, inTheClear: clear, rule: rule)
        let entries = try Self.open(file, key: key)
        #expect(entries.map { $0.value.reveal() } == ["one", "two"])
        #expect(entries.filter { !$0.isEncrypted }.map(\.key) == clear.sorted())
    }

    @Test func `a MAC over encrypted values alone is another one`() throws {
        let key = SymmetricKey(size: .bits256)
        let rule = "sops_mac_only_encrypted=true\n"
        let entries: [(String, String, SopsValue.Kind)] = [("A", "one", .string), ("B_unencrypted", "two", .string)]
        let file = try Self.file(entries, key: key, inTheClear: ["B_unencrypted"], rule: rule, onlyEncrypted: true)
        let changed = file.replacing("B_unencrypted=two", with: "B_unencrypted=three")
        #expect(try Self.open(changed, key: key).map { $0.value.reveal() } == ["one", "three"])
        #expect(throws: SecretsError.alteredFile) { try Self.open(file.replacing(rule, with: ""), key: key) }
    }

    static let refusals: [(text: String, format: SopsFile.Format, words: String)] = [
        ("", .json, "no JSON"), ("[]", .json, "no JSON object"), ("{}", .json, "not encrypted"),
        ("A=1\n", .dotenv, "not encrypted"),
        (#"{"A":1,"A":2,"sops":{}}"#, .json, "'A' is there twice"), ("A=1\nA=2\nsops_mac=x", .dotenv, "line 2"),
        (#"{"A":{"B":"x"},"sops":{}}"#, .json, "'A' holds values within it"),
        (#"{"A":["x"],"sops":{}}"#, .json, "'A' holds values within it"),
        (#"{"A":null,"sops":{}}"#, .json, "'A' has no value"),
        (#"{"A":"x","sops":{"lastmodified":"t"}}"#, .json, "no 'mac'"),
        (#"{"A":"x","sops":{"mac":"t"}}"#, .json, "no 'lastmodified'"),
        (#"{"A":"x","sops":{"mac":"t","lastmodified":"t","key_groups":[]}}"#, .json, "key_groups"),
        ("no equals sign\nsops_mac=x", .dotenv, "line 1 has no '='"),
        ("A=1\nsops_key_groups__list_0=x\n", .dotenv, "key_groups"),
    ]

    @Test(arguments: refusals.indices)
    func `what is no such file is refused with one sentence`(number: Int) {
        let (text, format, words) = Self.refusals[number]
        let error = #expect(throws: SecretsError.self) { try SopsFile(Data(text.utf8), format: format) }
        let sentence = error?.description ?? ""
        #expect(sentence.contains(words) && sentence.hasSuffix("."), "\(sentence)")
    }

    @Test func `a value that should be encrypted and is not is refused`() throws {
        for value in ["\"in the clear\"", "1", "true"] {
            let text = #"{"A":\#(value),"sops":{"mac":"t","lastmodified":"t"}}"#
            #expect(throws: SecretsError.self) {
                try SopsFile(Data(text.utf8), format: .json).open(with: SymmetricKey(size: .bits256))
            }
        }
    }

    @Test func `two rules at once are refused`() throws {
        let text = #"{"A":"x","sops":{"mac":"t","lastmodified":"t","encrypted_regex":"A","unencrypted_suffix":"B"}}"#
        let error = #expect(throws: SecretsError.self) {
            try SopsFile(Data(text.utf8), format: .json).open(with: SymmetricKey(size: .bits256))
        }
        #expect(error?.description.contains("unencrypted_suffix and encrypted_regex together") == true)
    }

    // MARK: Making files

    /// A dotenv file without recipients.
    private static func file(
        _ entries: [(String, String, SopsValue.Kind)], key: SymmetricKey, inTheClear: Set<String> = [],
        rule: String = "", onlyEncrypted: Bool = false
    ) throws -> String {
        var mac = SopsMAC(onlyEncrypted: onlyEncrypted)
        let lines = try entries.map { name, value, kind in
            let isEncrypted = !inTheClear.contains(name)
            mac.add(Data(value.utf8), isEncrypted: isEncrypted)
            guard isEncrypted else { return "\(name)=\(value)\n" }
            let sealed = try Array(value.utf8).withUnsafeBytes {
                try SopsValue($0, kind: kind, key: key, authenticating: "\(name):")
            }
            return "\(name)=\(sealed.text)\n"
        }
        let time = "2026-11-28T15:00:00Z"
        let sealedMAC = try Array(mac.text.utf8).withUnsafeBytes {
            try SopsValue($0, kind: .string, key: key, authenticating: time)
        }
        return lines.joined() + rule + "sops_lastmodified=\(time)\nsops_mac=\(sealedMAC.text)\n"
    }

    private static func open(_ text: String, key: SymmetricKey) throws -> [SopsFile.Entry] {
        try SopsFile(Data(text.utf8), format: .dotenv).open(with: key)
    }
}
