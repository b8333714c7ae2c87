import Domain
import Foundation
import Testing

@testable import Audit

struct EntryTests {
    private static func text(_ entry: AuditEntry, sequence: Int = 7) throws -> String {
        let sealed = try SealedEntry(entry) { text, subject, field in "<\(text) of \(subject) as \(field)>" }
        return String(decoding: try CanonicalEntry(sealed).bytes(sequence: sequence), as: UTF8.self)
    }

    private static var full: AuditEntry {
        let actor = AuditActor(
            id: "person-7", name: "Dana", email: "dana@freight.example", address: "10.0.0.7", authentication: "oidc")
        var entry = AuditEntry(
            .result(of: 3), .deploymentOpen, by: actor, at: Date(timeIntervalSince1970: 1_795_000_000.25), target: "s2",
            environment: EnvironmentName(rawValue: "production"), outcome: .failed, reason: "a \"quoted\"\nline \u{1}é")
        entry.plan = "6f1c"
        entry.trace = "4bf9"
        entry.flags = [.late, .breakGlass]
        entry.details = ["b": "2", "a.b": "1"]
        return entry
    }

    @Test func `an entry is canonical JSON, its keys sorted and its personal data sealed`() throws {
        #expect(
            try Self.text(Self.full)
                == #"{"action":"deployment.open","actor":"person-7","at":1795000000250000,"auth":"oidc","#
                + #""details":{"a.b":"1","actor.email":"<dana@freight.example of person-7 as actor.email>","#
                + #""actor.name":"<Dana of person-7 as actor.name>","b":"2"},"environment":"production","#
                + #""flags":["break-glass","late"],"intent":3,"outcome":"failed","phase":"result","plan":"6f1c","#
                + #""reason":"a \"quoted\"\nline \u0001é","seq":7,"src_ip":"<10.0.0.7 of person-7 as src_ip>","#
                + #""target":"s2","trace":"4bf9","v":1}"#)
    }

    @Test func `what is written is found by the scanner and by a JSON reader`() throws {
        try Array(Self.text(Self.full).utf8).withUnsafeBytes { bytes in
            let scanned = try #require(ScannedEntry(bytes))
            #expect(scanned.sequence == 7 && scanned.intent == 3 && scanned.at == 1_795_000_000_250_000)
            #expect(bytes[scanned.action].elementsEqual("deployment.open".utf8))
            #expect(bytes[scanned.trace].elementsEqual("4bf9".utf8))
            let record = try AuditRecord(bytes)
            #expect(record.reason == "a \"quoted\"\nline \u{1}é")
            #expect(record.flags == ["break-glass", "late"] && record.details["b"] == "2")
        }
    }

    /// The scanner looks at eight bytes at a time, so each place in a word is tried.
    @Test func `a string ends at its quote, wherever that is and whatever is before it`() {
        for text in ["", "é", "\u{7f}", "\u{10ffff}", #"\""#, #"\\"#, #"\n\u0001"#, " !#[]"] {
            for before in 0..<17 {
                for after in 0..<10 {
                    let content = String(repeating: "x", count: before) + text + String(repeating: "y", count: after)
                    Array("\"\(content)\",\"".utf8).withUnsafeBytes { bytes in
                        var scanner = EntryScanner(bytes)
                        #expect(scanner.string() == 1..<1 + content.utf8.count && scanner.take(","))
                    }
                    for broken in ["\"\(content)", "\"\(content)\u{1f}\"", "\"\(content)\n\""] {
                        Array(broken.utf8).withUnsafeBytes { bytes in
                            var scanner = EntryScanner(bytes)
                            #expect(scanner.string() == nil, "\(broken)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [
        "", "{}", #"{"action":"a","phase":"event","seq":1}"#, #"{"action":"a","phase":"event","seq":01,"v":1}"#,
        #"{"phase":"event","action":"a","seq":1,"v":1}"#, #"{"action":"a","phase":"event","seq":1,"v":1} "#,
        #"{"action":"a","phase":"event","seq":1.0,"v":1}"#,
        #"{"action":"a","action":"a","phase":"event","seq":1,"v":1}"#,
        #"{"action":"a","other":"b","phase":"event","seq":1,"v":1}"#, #"{"action":"a","phase":"event","seq":-0,"v":1}"#,
        #"{"action":"a\"#, "{\"action\":\"a\n\",\"phase\":\"event\",\"seq\":1,\"v\":1}",
        #"{"action":"a","details":{"x":1},"phase":"event","seq":1,"v":1}"#,
        #"{"action":"a","phase":"event","seq":1,"v":2}"#,
    ])
    func `another form is no entry`(text: String) {
        Array(text.utf8).withUnsafeBytes { #expect(ScannedEntry($0) == nil) }
    }

    @Test func `an entry beyond 65,535 bytes is refused`() throws {
        var entry = AuditEntry.sample(1)
        entry.reason = String(repeating: "x", count: 65_000)
        _ = try Self.text(entry)
        entry.reason = String(repeating: "\"", count: 65_000)
        let error = #expect(throws: AuditError.self) { try Self.text(entry) }
        #expect(error?.description.contains("by its salted hash") == true)
    }

    @Test func `a payload goes by its salted hash, and the salt is sealed`() throws {
        var entry = AuditEntry.sample(1)
        entry.setPayload(Data("four digits: 1234".utf8), salt: Data("salt".utf8))
        let text = try Self.text(entry)
        // As `printf 'saltfour digits: 1234' | sha256sum` has it.
        #expect(text.contains("f5974782285f19248419076208c3fa9595e59ceb69e8b29ff9b85827b6ce9f6e"))
        #expect(text.contains(#""payload_salt":"<c2FsdA== of person-1 as payload_salt>""#))
    }

    @Test(arguments: ["Name", "a b", "", "ä", "a\"b"])
    func `a name of a detail that does not do is refused`(name: String) {
        var entry = AuditEntry.sample(1)
        entry.details[name] = "x"
        #expect(throws: AuditError.badName(name)) { try Self.text(entry) }
    }
}
