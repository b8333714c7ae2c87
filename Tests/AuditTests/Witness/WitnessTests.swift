import Foundation
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(1)))
struct WitnessTests {
    private let witnessKey = NoteSigningKey(name: "witness.example/w1", algorithm: .cosignature)

    private func witness(_ folder: String, _ place: AuditPlace) throws -> Witness {
        try Witness(folder: "\(folder)/witness", key: witnessKey, logs: [place.signer.verifierKey])
    }

    @Test func `a witness cosigns what continues what it saw, and remembers it across a restart`() async throws {
        try await AuditPlace.with { place, folder in
            var last = 0
            for count in [1, 5, 300, 7, 0] {
                let guardian = try witness(folder, place)
                try await place.logging { try await $0.append(count: count) }
                let request = try WitnessRequest(oldSize: last, logFolder: place.folder)
                let answer = try guardian.addCheckpoint(request.body, now: place.now)
                guard case .cosigned(let line) = answer else { throw Refused(answer: answer) }
                let cosigned = try place.checkpoint().adding(signatureLines: line)
                #expect(
                    cosigned.isSigned(by: witnessKey.verifierKey) && cosigned.isSigned(by: place.signer.verifierKey))
                #expect(answer.status == 200)
                last = cosigned.size
                #expect(try guardian.lastCheckpoint(ofLog: AuditPlace.origin) == place.checkpoint())
            }
        }
    }
    private struct Refused: Error { let answer: Witness.Answer }

    @Test func `what a witness can't vouch for gets the protocol's answer and is not remembered`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 10) }
            let guardian = try witness(folder, place)
            _ = try guardian.addCheckpoint(WitnessRequest(oldSize: 0, logFolder: place.folder).body, now: place.now)
            let old = try place.checkpoint()
            try await place.logging { try await $0.append(count: 10) }
            let good = try WitnessRequest(oldSize: 10, logFolder: place.folder).body
            let stranger = NoteSigningKey(name: AuditPlace.origin)
            let elsewhere = NoteSigningKey(name: "other.example")
            func signed(_ size: Int, _ signer: NoteSigningKey) throws -> String {
                try SignedCheckpoint(size: size, root: .empty, signer: signer).description
            }
            let attempts: [(String, Witness.Answer)] = [
                ("", .malformed), ("old x\n\n\(old)", .malformed), ("old 010\n\n\(old)", .malformed),
                (good.replacing("old 10", with: "old 10 "), .malformed),
                ("old 10\nAAAA\n\n\(old)", .malformed), ("old 11\n\n\(old)", .malformed),
                ("old 10\n\n" + (try signed(20, elsewhere)), .unknownLog),
                ("old 10\n\n" + (try signed(20, stranger)), .untrusted),
                ("old 0\n\n" + (try place.checkpoint().description), .outdated(size: 10)),
                ("old 9\n\n" + (try place.checkpoint().description), .outdated(size: 10)),
                ("old 10\n\n" + (try signed(10, place.signer)), .forked(size: 10)),
                ("old 10\n\n" + (try place.checkpoint().description), .unproven),
                ("old 10\n\n" + (try signed(20, place.signer)), .unproven),
                (good.replacing("old 10\n", with: "old 10\n\(TreeHash.empty.base64)\n"), .unproven),
            ]
            for (body, expected) in attempts {
                #expect(try guardian.addCheckpoint(body, now: place.now) == expected, "\(body.prefix(60))")
                #expect(try guardian.lastCheckpoint(ofLog: AuditPlace.origin) == old)
            }
            #expect(
                Set(attempts.map(\.1.status)) == [400, 403, 404, 409, 422]
                    && Witness.Answer.outdated(size: 10).body == "10\n")
            #expect(try guardian.addCheckpoint(good, now: place.now).status == 200)
        }
    }

    @Test func `of two requests at once that both continue the old one, one is told to look again`() async throws {
        try await AuditPlace.with { place, folder in
            let guardian = try witness(folder, place)
            try await place.logging { try await $0.append(count: 5) }
            let body = try WitnessRequest(oldSize: 0, logFolder: place.folder).body
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try guardian.addCheckpoint(body, now: AuditPlace.noon).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200] + Array(repeating: 409, count: 7))
        }
    }

    @Test func `a log that was replaced by a shorter one is not cosigned`() async throws {
        try await AuditPlace.with { place, folder in
            let guardian = try witness(folder, place)
            try await place.logging { try await $0.append(count: 20) }
            _ = try guardian.addCheckpoint(WitnessRequest(oldSize: 0, logFolder: place.folder).body, now: place.now)
            try FileManager.default.removeItem(atPath: place.folder)
            try await place.logging { try await $0.append(count: 25) }
            let forged = try WitnessRequest(oldSize: 20, logFolder: place.folder).body
            #expect(try guardian.addCheckpoint(forged, now: place.now) == .unproven)
        }
    }
}
