import Domain
import DurableFiles
import Foundation
import Releases
import Testing

/// The store: what is kept, how it is found, and what an interruption leaves.
struct ArtifactStoreTests {
    private let workspace: Workspace
    private let store: ArtifactStore

    init() throws {
        workspace = try Workspace()
        store = try workspace.store()
    }

    @Test func `a store that cannot be made is told with the system's reason`() throws {
        try workspace.write("", to: "file")
        let folder = workspace.file("file/store")
        let error = #expect(throws: ReleaseError.self) { try ArtifactStore(folder: folder) }
        #expect(error?.description == "Could not create \(folder): Not a directory.")
    }

    @Test func `the same content is the same release`() async throws {
        let first = try await store.add(folder: workspace.makeRelease("one")).release
        let second = try await store.add(folder: workspace.makeRelease("two")).release
        #expect(first == second)
        #expect(try store.list() == [first])
    }

    @Test func `a release that was removed leaves room for its version`() async throws {
        let first = try await store.add(folder: workspace.makeRelease("one")).release
        try await store.remove(first.digest)
        #expect(try store.list().isEmpty)
        #expect(try workspace.names(in: "store") == [".lock"])
        try await store.remove(first.digest)
        let other = try await store.add(folder: workspace.makeRelease("two", greeting: "other")).release
        #expect(try store.list() == [other])
    }

    @Test func `a version that is there with other content is refused`() async throws {
        let first = try await store.add(folder: workspace.makeRelease("one")).release
        let other = try workspace.makeRelease("two", greeting: "other")
        let error = await #expect(throws: ReleaseError.self) { try await store.add(folder: other) }
        #expect(
            error?.description
                == "1.0.0 exists already with other content (\(first.digest.short)); give it a new version.")
        #expect(try store.list() == [first])
        #expect(try workspace.names(in: "store") == [".lock", "\(first.digest).json", "\(first.digest).tar.zst"])
    }

    @Test func `a release is found by what people type`() async throws {
        let first = try await store.add(folder: workspace.makeRelease("one")).release
        let second = try await store.add(folder: workspace.makeRelease("two", version: "1.1.0")).release
        for text in ["1.1.0", "freightops@1.1.0", "freightops 1.1.0", String(second.digest.rawValue.prefix(6))] {
            #expect(try store.find(text) == second)
        }
        let error = #expect(throws: ReleaseError.self) { try store.find("1.2.0") }
        #expect(error?.description.contains("freightops 1.0.0 (\(first.digest.short))") == true)
        #expect(throws: ReleaseError.self) { try store.find(String(first.digest.rawValue.prefix(5))) }
    }

    @Test func `two applications with one version are told apart`() async throws {
        _ = try await store.add(folder: workspace.makeRelease("one"))
        let folder = try workspace.makeRelease("two")
        let manifest = try workspace.text("two/release.yaml").replacing("name: freightops", with: "name: billing")
        try workspace.write(manifest, to: "two/release.yaml")
        let billing = try await store.add(folder: folder).release
        guard
            case .ambiguous("1.0.0", let candidates)? = #expect(
                throws: ReleaseError.self, performing: { try store.find("1.0.0") })
        else {
            Issue.record("one of the two was taken")
            return
        }
        #expect(candidates.map(\.name.rawValue) == ["billing", "freightops"])
        #expect(try store.find("billing@1.0.0") == billing)
    }

    @Test func `a lost description is made again from the archive`() async throws {
        let release = try await store.add(folder: workspace.makeRelease()).release
        try FileManager.default.removeItem(atPath: workspace.file("store/\(release.digest).json"))
        let found = try store.find("1.0.0")
        #expect((found.manifest, found.digest, found.size) == (release.manifest, release.digest, release.size))
        #expect(try workspace.names(in: "store").contains("\(release.digest).json"))
    }

    @Test func `a description that lies is corrected by verify`() async throws {
        let release = try await store.add(folder: workspace.makeRelease()).release
        let file = "store/\(release.digest).json"
        try workspace.write(workspace.text(file).replacing("bin/serve", with: "bin/other"), to: file)
        #expect(try store.find("1.0.0") != release)
        #expect(try await store.verify(release.digest) == release)
        #expect(try store.find("1.0.0") == release)
    }

    /// An archive of a release whose release.yaml states a commit.
    private func archive(_ name: String, stating commit: String) throws -> String {
        let folder = try workspace.makeRelease()
        let manifest = try workspace.text("release/release.yaml")
        try workspace.write("\(manifest)\ncommit: \(commit)\n", to: "release/release.yaml")
        defer { try? workspace.remove("release") }
        _ = try ReleasePacker.pack(folder: folder, to: workspace.file(name))
        return workspace.file(name)
    }

    @Test func `a commit is verified when its builder says so, and a statement in release.yaml is none`() async throws {
        let path = try archive("a.tar.zst", stating: "abc")
        let stated = try await store.add(archive: path)
        #expect(stated.release.manifest.commit == "abc" && !stated.release.verified)
        let built = try await store.add(archive: path, builtFrom: "abc")
        #expect(built.outcome == .alreadyThere && built.release.verified)
        #expect(try store.find("1.0.0").verified)

        #expect(try await store.add(archive: path).release.verified, "adding it again takes nothing away")
        try Data("not the archive".utf8).write(to: URL(filePath: store.archivePath(built.release.digest)))
        let repaired = try await store.add(archive: path)
        #expect(repaired.outcome == .repaired && repaired.release.verified)
    }

    @Test func `an archive that states another commit than its builder is refused`() async throws {
        let path = try archive("a.tar.zst", stating: "abc")
        let error = await #expect(throws: ReleaseError.builtFromAnother("def", stated: "abc")) {
            try await store.add(archive: path, builtFrom: "def")
        }
        #expect(error?.description.contains("built from commit def, but its release.yaml states abc") == true)
        #expect(try store.list().isEmpty && workspace.names(in: "store") == [".lock"])
    }

    @Test func `what an older Switchyard kept, or a lost description, is not verified`() async throws {
        let path = try archive("a.tar.zst", stating: "abc")
        let release = try await store.add(archive: path, builtFrom: "abc").release
        let file = "store/\(release.digest).json"
        let text = try workspace.text(file)
        let older = text.replacing(#/,\s*"verified" : true/#, with: "")
        try #require(older != text)
        try workspace.write(older, to: file)
        let found = try store.find("1.0.0")
        #expect(!found.verified && found.createdAt == release.createdAt)
        try workspace.write(text, to: file)
        #expect(try store.find("1.0.0").verified)
        try workspace.remove(file)
        #expect(try !store.find("1.0.0").verified)
    }

    @Test func `a byte flipped anywhere in an archive is found`() async throws {
        let release = try await store.add(folder: workspace.makeRelease()).release
        let path = store.archivePath(release.digest)
        let whole = try #require(FileManager.default.contents(atPath: path))
        let stride = max(1, whole.count / 64)
        for offset in Swift.stride(from: 0, to: whole.count, by: stride) + [whole.count - 1] {
            var bytes = whole
            bytes[offset] ^= 0x20
            try bytes.write(to: URL(filePath: path))
            try await expectAltered(release, path, at: offset)
        }
        try (whole + [0]).write(to: URL(filePath: path))
        try await expectAltered(release, path, at: whole.count)
        try whole.dropLast().write(to: URL(filePath: path))
        try await expectAltered(release, path, at: whole.count)
    }

    @Test(arguments: [false, true])
    func `an altered archive is replaced by the same release packed again`(isDescribed: Bool) async throws {
        let folder = try workspace.makeRelease()
        let added = try await store.add(folder: folder)
        #expect(added.outcome == .added)
        let path = store.archivePath(added.release.digest)
        try Data("not the archive".utf8).write(to: URL(filePath: path))
        if !isDescribed { try workspace.remove("store/\(added.release.digest).json") }
        let repaired = try await store.add(folder: folder)
        #expect(repaired.outcome == .repaired)
        #expect(repaired.release.reference == added.release.reference)
        if isDescribed { #expect(repaired.release == added.release) }
        #expect(try await store.verify(added.release.digest) == repaired.release)
        #expect(try await store.add(folder: folder) == AddedRelease(release: repaired.release, outcome: .alreadyThere))
    }

    @Test func `a good archive of the same content stays as it is, also when its description lies`() async throws {
        let folder = try workspace.makeRelease()
        let release = try await store.add(folder: folder).release
        let path = store.archivePath(release.digest)
        let before = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        let file = "store/\(release.digest).json"
        try workspace.write(workspace.text(file).replacing("bin/serve", with: "bin/other"), to: file)
        #expect(try await store.add(folder: folder) == AddedRelease(release: release, outcome: .alreadyThere))
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == before)
    }

    @Test(.timeLimit(.minutes(1)), arguments: fatalPhases)
    func `a kill while an archive is repaired leaves it altered or good`(phase: ReleaseProgress.Phase) async throws {
        let (folder, path, name) = (try workspace.makeRelease(), store.folder, phase.rawValue)
        let release = try await store.add(folder: folder).release
        try Data("not the archive".utf8).write(to: URL(filePath: store.archivePath(release.digest)))
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [folder = folder as String, path = path as String, name = name as String] in
            _ = try await ArtifactStore(folder: path).add(folder: folder) { progress in
                if progress.phase.rawValue == name, progress.files != 1 { kill(getpid(), SIGKILL) }
            }
        }
        #expect(try store.list() == [release])
        let again = try await store.add(folder: folder)
        let outcome: AddedRelease.Outcome = phase == .stored ? .alreadyThere : .repaired
        #expect(again == AddedRelease(release: release, outcome: outcome))
        #expect(try workspace.names(in: "store") == [".lock", "\(release.digest).json", "\(release.digest).tar.zst"])
    }

    private func expectAltered(_ release: Release, _ path: String, at offset: Int) async throws {
        for operation in ["verify", "unpack"] {
            let error = await #expect(throws: ReleaseError.self, "\(operation) with byte \(offset) altered") {
                if operation == "verify" {
                    try await store.verify(release.digest)
                } else {
                    try await store.unpack(release.digest, into: workspace.file("slot"))
                }
            }
            guard case .altered(path, release.digest, let found)? = error else {
                Issue.record("\(operation) said \(error?.description ?? "nothing") with byte \(offset) altered")
                continue
            }
            #expect(found != release.digest)
        }
        #expect(try workspace.names(in: "").filter { $0.hasPrefix("slot") }.isEmpty)
    }

    static let fatalPhases: [ReleaseProgress.Phase] = [.packing, .naming, .stored]

    @Test(.timeLimit(.minutes(1)), arguments: fatalPhases)
    func `a kill while a release is added leaves it out or in, never half`(phase: ReleaseProgress.Phase) async throws {
        let (folder, path, name) = (try workspace.makeRelease(), store.folder, phase.rawValue)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [folder = folder as String, path = path as String, name = name as String] in
            _ = try await ArtifactStore(folder: path).add(folder: folder) { progress in
                if progress.phase.rawValue == name, progress.files != 1 { kill(getpid(), SIGKILL) }
            }
        }
        #expect(try store.list().count == (phase == .stored ? 1 : 0))
        let release = try await store.add(folder: folder).release
        #expect(try await store.verify(release.digest) == release)
        #expect(try workspace.names(in: "store") == [".lock", "\(release.digest).json", "\(release.digest).tar.zst"])
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
    func `a full disk leaves the store as it was`() async throws {
        let disk = workspace.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        _ = try await runForeign("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", disk])
        do {
            let store = try workspace.store("disk/store")
            let first = try await store.add(folder: workspace.makeRelease("one")).release
            let folder = try workspace.makeRelease("two", version: "2.0.0")
            var generator = SystemRandomNumberGenerator()
            let noise = Data((0..<60_000).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } })
            try noise.write(to: URL(filePath: "\(folder)/noise"))
            let error = await #expect(throws: ReleaseError.self) { try await store.add(folder: folder) }
            #expect(error?.description.hasSuffix("Free some space on that disk and try again.") == true)
            #expect(try store.list() == [first])
            #expect(
                try workspace.names(in: "disk/store")
                    == [".lock", "\(first.digest).json", "\(first.digest).tar.zst"])
            let unpacking = await #expect(throws: ReleaseError.self) {
                try await store.unpack(first.digest, into: "\(disk)/slot")
            }
            #expect(unpacking?.description.contains("No space left on device") == true)
            #expect(try workspace.names(in: "disk") == ["store"])
        } catch {
            Issue.record(error)
        }
        _ = try await runForeign("umount", [disk])
    }
}
