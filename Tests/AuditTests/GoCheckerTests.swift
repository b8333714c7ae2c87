import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import Audit

/// The log's files as Go's packages for transparency logs (golang.org/x/mod/sumdb) see them.
@Suite(.timeLimit(.minutes(3)))
struct GoCheckerTests {
    private struct Refused: Error { let message: String }

    /// Builds the checker from Debian's sources, without a module and without the network.
    private func withChecker(_ body: (String, AuditPlace, String) async throws -> Void) async throws {
        try await AuditPlace.with { place, folder in
            let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Foreign/check_log.go")
                .path
            let checker = "\(folder)/check_log"
            _ = try await run("go", ["build", "-o", checker, source], caching: "\(folder)/cache")
            try await body(checker, place, folder)
        }
    }

    @discardableResult
    private func run(_ program: String, _ arguments: [String], caching: String = "/nonexistent") async throws -> String
    {
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
            environment: .inherit.updating([
                "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": caching, "GOFLAGS": "",
            ]), output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else { throw Refused(message: result.standardError) }
        return result.standardOutput
    }

    @Test func `Go finds signature, every entry, root and growth as Switchyard does`() async throws {
        try await withChecker { checker, place, folder in
            let key = place.signer.verifierKey.description
            for count in [1, 255, 1, 43, 500] {
                let before = try LogFiles(folder: place.folder).checkpoint()
                try await place.logging(journalBytes: 50_000) { try await $0.append(count: count) }
                let size = try place.checkpoint().size
                try FileManager.default.removeIfThere("\(folder)/export")
                _ = try AuditExport.export(to: "\(folder)/export", from: place.folder)
                var arguments = ["\(folder)/export", key]
                if let before {
                    try Data(before.description.utf8).write(to: URL(filePath: "\(folder)/before"))
                    arguments += ["-remembered", "\(folder)/before"]
                }
                #expect(try await run(checker, arguments) == "ok \(size)\n")
            }
            // The checker sees a flipped byte, so that its word counts.
            let bundle = URL(filePath: "\(folder)/export/tile/entries/001")
            var bytes = try Data(contentsOf: bundle)
            bytes[40] ^= 1
            try bytes.write(to: bundle)
            let error = await #expect(throws: Refused.self) { try await run(checker, ["\(folder)/export", key]) }
            #expect(error?.message.contains("entry 256 is not in the tree") == true)
        }
    }

    @Test func `Go proves what is left after an erasure and a pruning as before`() async throws {
        try await withChecker { checker, place, folder in
            let key = place.signer.verifierKey.description
            try await place.logging { log async throws in
                try await log.append(count: 700)
                #expect(try await log.erase("person-1", by: .system))
                try await log.append(count: 10)
            }
            #expect(try await run(checker, [place.folder, key]) == "ok 711\n")
            #expect(try await place.logging { try await $0.prune(before: .distantFuture, by: .system) } == 512)
            _ = try AuditExport.export(to: "\(folder)/export", from: place.folder)
            #expect(try await run(checker, ["\(folder)/export", key, "-from", "512"]) == "ok 712\n")
            let error = await #expect(throws: Refused.self) { try await run(checker, ["\(folder)/export", key]) }
            #expect(error?.message.contains("no such file") == true)
        }
    }

    @Test func `Go opens a witness' cosignature as a note's signature`() async throws {
        try await withChecker { checker, place, folder in
            let key = NoteSigningKey(name: "witness.example/w1", algorithm: .cosignature)
            let witness = try Witness(folder: "\(folder)/witness", key: key, logs: [place.signer.verifierKey])
            try await place.logging { try await $0.append(count: 20) }
            let request = try WitnessRequest(oldSize: 0, logFolder: place.folder).body
            try Data(request.utf8).write(to: URL(filePath: "\(folder)/request"))
            let answer = try witness.addCheckpoint(request, now: place.now).body
            try Data(answer.utf8).write(to: URL(filePath: "\(folder)/answer"))
            let said = try await run(
                checker,
                [
                    "-request", "\(folder)/request", place.signer.verifierKey.description, "-answer",
                    "\(folder)/answer",
                    key.verifierKey.description,
                ])
            #expect(said == "ok 20 from 0 by a proof of 0\n")
        }
    }
}

extension FileManager {
    fileprivate func removeIfThere(_ path: String) throws {
        if fileExists(atPath: path) { try removeItem(atPath: path) }
    }
}
