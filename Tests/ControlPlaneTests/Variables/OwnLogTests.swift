import Domain
import Foundation
import Logging
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// The control plane's own log and what people type: without the secrets of any environment.
struct OwnLogTests {
    private func publish(_ values: [String: String], of environment: String, in folder: StateFolder) throws {
        let ring = KeyRingFile(path: folder.keyRing)
        if !ring.exists { try ring.make(at: Date()) }
        let records = try values.map { name, value in
            try ring.load().seal(
                Secret(value), as: VariableName(unchecked: name), in: EnvironmentName(unchecked: environment),
                at: Date())
        }
        try FileManager.default.createDirectory(atPath: folder.knownSecrets, withIntermediateDirectories: true)
        try KnownSecrets(records: records).write(to: folder.knownSecrets(of: EnvironmentName(unchecked: environment)))
    }

    @Test func `secrets of all environments and card numbers are taken out, those that come later too`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try FileManager.default.createDirectory(atPath: "\(path)/secrets", withIntermediateDirectories: true)
            let log = OwnLog(of: folder)
            #expect(log.redacting("paid by 4242 4242 4242 4242") == "paid by 4242 42** **** 4242")
            try publish(["FIRST": "the-first-value"], of: "dev", in: folder)
            #expect(log.redacting("a the-first-value b") == "a [redacted:FIRST] b")
            // A secret that holds what looks like a card is one whole.
            try publish(["SECOND": "key-4242424242424242-end"], of: "production", in: folder)
            #expect(log.redacting("key-4242424242424242-end, the-first-value") == "[redacted:SECOND], [redacted:FIRST]")
            let body = Data(#"{"reason":"the-first-value","minutes":5,"environment":"dev"}"#.utf8)
            let safe = FreeTexts.redacted(body, by: log)
            #expect(String(decoding: safe, as: UTF8.self).contains(#""reason":"[redacted:FIRST]""#))
            let harmless = Data(#"{"reason":"nothing",  "planDigest":"4242424242424242"}"#.utf8)
            #expect(FreeTexts.redacted(harmless, by: log) == harmless)
        }
    }
}
