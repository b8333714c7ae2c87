import Foundation
import TestSupport
import Testing

@testable import Audit

/// What somebody may do to an export, and what the verifier says of it.
@Suite(.timeLimit(.minutes(2)))
struct AttackTests {
    typealias Kind = VerificationReport.Finding.Kind

    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kinds: Set<Kind>
        /// The entry that must be named, where one is.
        var entry: Int?
        let change: @Sendable (_ export: URL, _ place: AuditPlace) throws -> Void
    }

    private static func flip(_ path: String, byte: Int) -> @Sendable (URL, AuditPlace) throws -> Void {
        { export, _ in
            let url = export.appending(path: path)
            var data = try Data(contentsOf: url)
            data[byte < 0 ? data.count + byte : byte] ^= 1
            try data.write(to: url)
        }
    }

    private static func remove(_ path: String) -> @Sendable (URL, AuditPlace) throws -> Void {
        { export, _ in try FileManager.default.removeItem(at: export.appending(path: path)) }
    }

    private static func resize(_ path: String, by change: Int) -> @Sendable (URL, AuditPlace) throws -> Void {
        { export, _ in
            let url = export.appending(path: path)
            let data = try Data(contentsOf: url)
            try (change < 0 ? data.dropLast(-change) : data + Data(count: change)).write(to: url)
        }
    }

    /// A wholly consistent log of other entries, signed with the log's own key.
    private static func forge(_ change: @escaping @Sendable (inout [[UInt8]]) -> Void)
        -> @Sendable (URL, AuditPlace) throws -> Void
    {
        { export, place in
            var entries = try ForgedLog.entries(of: place.folder)
            change(&entries)
            try FileManager.default.removeItem(at: export)
            try ForgedLog.write(entries, to: export.path, signer: place.signer)
        }
    }

    /// Entries of a log with five full bundles and tiles of level 0, a part of each, and the part of a tile of level 1.
    static let size = 1_500
    static let attacks: [Attack] = [
        Attack(
            testDescription: "a byte of an entry in a full bundle", kinds: [.entryAltered], entry: 256,
            change: flip("tile/entries/001", byte: 15)),
        Attack(
            testDescription: "a byte of an entry in the part of a bundle", kinds: [.entryAltered], entry: 1_499,
            change: flip("tile/entries/005.p/220", byte: -38)),
        Attack(
            testDescription: "a byte of a length", kinds: [.bundleCut], entry: 512,
            change: flip("tile/entries/002", byte: 1)),
        Attack(
            testDescription: "a byte of a tile of level 0", kinds: [.tileAltered], entry: 0,
            change: flip("tile/0/000", byte: 40)),
        Attack(
            testDescription: "a byte of the part of a tile of level 0", kinds: [.entryAltered, .rootMismatch],
            entry: 1_280, change: flip("tile/0/005.p/220", byte: 0)),
        Attack(
            testDescription: "a byte of the part of a tile of level 1", kinds: [.tileAltered, .rootMismatch],
            entry: 512,
            change: flip("tile/1/000.p/5", byte: 70)),
        Attack(testDescription: "an entry and its hash", kinds: [.tileAltered, .entryAltered], entry: 256) {
            export, _ in
            let (bundle, tile) = (export.appending(path: "tile/entries/001"), export.appending(path: "tile/0/001"))
            var (entries, hashes) = (try Data(contentsOf: bundle), try Data(contentsOf: tile))
            entries[15] ^= 1
            let length = Int(entries[0]) << 8 | Int(entries[1])
            hashes.replaceSubrange(0..<32, with: TreeHash.leaf(Data(entries[2..<2 + length])).bytes)
            try entries.write(to: bundle)
            try hashes.write(to: tile)
        },
        Attack(testDescription: "two entries exchanged", kinds: [.entryAltered, .wrongSequence]) { export, _ in
            let url = export.appending(path: "tile/entries/003")
            let data = [UInt8](try Data(contentsOf: url))
            let ranges = data.withUnsafeBytes { EntryBundle.ranges(in: $0, count: 256)! }
            var changed: [UInt8] = []
            for index in [1, 0] + Array(2..<256) { EntryBundle.append(data[ranges[index]], to: &changed) }
            try Data(changed).write(to: url)
        },
        Attack(testDescription: "a bundle in another's place", kinds: [.entryAltered, .wrongSequence]) { export, _ in
            let data = try Data(contentsOf: export.appending(path: "tile/entries/002"))
            try data.write(to: export.appending(path: "tile/entries/004"))
        },
        Attack(
            testDescription: "the size in the checkpoint", kinds: [.badSignature, .rootMismatch],
            change: { export, _ in
                let url = export.appending(path: "checkpoint")
                let text = try String(contentsOf: url, encoding: .utf8).replacing("1500", with: "1280")
                try text.write(to: url, atomically: false, encoding: .utf8)
            }),
        Attack(testDescription: "the root in the checkpoint", kinds: [.badSignature, .rootMismatch]) { export, place in
            let url = export.appending(path: "checkpoint")
            let text = try String(contentsOf: url, encoding: .utf8)
                .replacing(try place.checkpoint().root.base64, with: TreeHash.empty.base64)
            try text.write(to: url, atomically: false, encoding: .utf8)
        },
        Attack(testDescription: "no bundle", kinds: [.bundleMissing], entry: 256, change: remove("tile/entries/001")),
        Attack(
            testDescription: "not the first bundles", kinds: [.bundleMissing], entry: 0,
            change: remove("tile/entries/000")),
        Attack(
            testDescription: "not the last bundle", kinds: [.bundleMissing], entry: 1_280,
            change: remove("tile/entries/005.p")),
        Attack(
            testDescription: "no tile of level 0", kinds: [.tileMissing], entry: 768, change: remove("tile/0/003")),
        Attack(testDescription: "no part of a tile of level 0", kinds: [.tileMissing], change: remove("tile/0/005.p")),
        Attack(
            testDescription: "a bundle that is cut off", kinds: [.bundleCut], entry: 512,
            change: resize("tile/entries/002", by: -1)),
        Attack(
            testDescription: "a bundle with something after it", kinds: [.bundleCut], entry: 512,
            change: resize("tile/entries/002", by: 1)),
        Attack(
            testDescription: "a tile that is cut off", kinds: [.tileMissing], entry: 512,
            change: resize("tile/0/002", by: -32)),
        Attack(
            testDescription: "a tile with something after it", kinds: [.tileMissing], entry: 512,
            change: resize("tile/0/002", by: 32)),
        Attack(testDescription: "another key's signature and public key", kinds: [.badSignature]) {
            export, place in
            let other = NoteSigningKey(name: AuditPlace.origin)
            let checkpoint = try place.checkpoint()
            let forged = try SignedCheckpoint(size: checkpoint.size, root: checkpoint.root, signer: other)
            try Data(forged.description.utf8).write(to: export.appending(path: "checkpoint"))
            try Data(other.verifierKey.description.utf8).write(to: export.appending(path: "log.vkey"))
        },
        Attack(
            testDescription: "the signed log of before", kinds: [.rolledBack], change: forge { $0.removeLast(100) }),
        Attack(
            testDescription: "a dropped entry, all signed anew", kinds: [.rolledBack, .wrongSequence], entry: 100,
            change: forge { $0.remove(at: 100) }),
        Attack(
            testDescription: "a changed entry, all signed anew", kinds: [.inconsistent, .entryMalformed], entry: 1_300,
            change: forge { $0[1_300][0] ^= 1 }),
        Attack(
            testDescription: "an entry twice, all signed anew", kinds: [.inconsistent, .wrongSequence], entry: 101,
            change: forge { $0.insert($0[100], at: 101) }),
        Attack(
            testDescription: "two entries exchanged, all signed anew", kinds: [.inconsistent, .wrongSequence],
            entry: 100, change: forge { $0.swapAt(100, 101) }),
    ]

    /// Entries of a log with a full tile of level 1 and the part of one of level 2.
    static let tallSize = 66_000
    static let tallAttacks: [Attack] = [
        Attack(
            testDescription: "a byte of a full tile of level 1", kinds: [.tileAltered], entry: 0,
            change: flip("tile/1/000", byte: 3)),
        Attack(
            testDescription: "a byte of the tile of level 2", kinds: [.tileAltered, .rootMismatch],
            change: flip("tile/2/000.p/1", byte: 3)),
        Attack(
            testDescription: "no tile of level 1", kinds: [.tileMissing], entry: 0, change: remove("tile/1/000")),
    ]

    @Test(arguments: [size, tallSize])
    func `each attack on an export is found and named`(size: Int) async throws {
        let attacks = size == Self.size ? Self.attacks : Self.tallAttacks
        try await AuditPlace.with { place, folder in
            let entries = try ForgedLog.canonical((0..<size).map { Self.entry($0) }, keys: place.keys)
            try ForgedLog.write(entries, to: place.folder, signer: place.signer)
            let remembered = try place.checkpoint()
            let whole = "\(folder)/whole"
            _ = try AuditExport.export(to: whole, from: place.folder)
            #expect(try place.verify(whole, remembered: remembered).holds)
            for (number, attack) in attacks.enumerated() {
                let export = URL(filePath: "\(folder)/\(number)")
                try FileManager.default.copyItem(at: URL(filePath: whole), to: export)
                try attack.change(export, place)
                let report = try place.verify(export.path, remembered: attack.remembers ? remembered : nil)
                let found = "\(attack.testDescription): \(report.findings.prefix(5))"
                #expect(Set(report.findings.map(\.kind)) == attack.kinds && !report.holds, "\(found)")
                if let entry = attack.entry { #expect(report.findings.contains { $0.entry == entry }, "\(found)") }
                try FileManager.default.removeItem(at: export)
            }
        }
    }

    @Test func `a log that was signed anew with another key is told by whoever has the right one`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 20) }
            let remembered = try place.checkpoint()
            let other = NoteSigningKey(name: AuditPlace.origin)
            let forged = "\(folder)/forged"
            try ForgedLog.write(Array(ForgedLog.entries(of: place.folder).dropLast()), to: forged, signer: other)
            #expect(try place.verify(forged).findings.map(\.kind) == [.badSignature])
            let believed = try AuditVerifier.verify(forged, now: place.now)
            #expect(believed.holds, "the key beside a log proves nothing alone")
            let checked = try AuditVerifier.verify(forged, remembered: remembered, now: place.now)
            #expect(checked.findings.map(\.kind) == [.rememberedForeign])
        }
    }

    private static func entry(_ number: Int) -> AuditEntry {
        var entry = AuditEntry(.event, "status.read", by: .system, at: AuditPlace.noon)
        entry.details = ["id": String(number)]
        return entry
    }

    @Test func `without a remembered checkpoint an older signed tree passes, which is why there are witnesses`()
        async throws
    {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 300) }
            _ = try AuditExport.export(to: "\(folder)/older", from: place.folder)
            try await place.logging { try await $0.append(count: 300) }
            #expect(try place.verify("\(folder)/older").holds)
            let report = try place.verify("\(folder)/older", remembered: place.checkpoint())
            #expect(report.findings.map(\.kind) == [.rolledBack])
            #expect(
                report.findings.first?.sentence
                    == "The log has 300 entries, and had 600 when its checkpoint was remembered.")
        }
    }
}

extension AttackTests.Attack {
    /// Whether the verifier has a checkpoint from before: where that would say more than the attack is about.
    var remembers: Bool { !kinds.isDisjoint(with: [.rolledBack, .inconsistent]) }
}
