import Domain
import Foundation
import Releases
import Testing

/// Unpacking: what comes out, what is refused, and that an unpacked release stays as it was.
struct UnpackingTests {
    private let workspace: Workspace
    private let store: ArtifactStore

    init() throws {
        workspace = try Workspace()
        store = try workspace.store()
    }

    @Test func `what was packed comes out, writable for its owner alone`() async throws {
        let folder = try workspace.makeRelease()
        let release = try await store.add(folder: folder).release
        let previous = umask(0o077)
        defer { umask(previous) }
        try await store.unpack(release.digest, into: workspace.file("slots/s1/release"))
        let slot = workspace.file("slots/s1/release")
        let listing = try await runForeign("find", [slot, "-mindepth", "1", "-printf", "%P %m %y %l\n"])
        #expect(
            listing.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.sorted() == [
                "bin 755 d", "bin/serve 755 f", "db 755 d", "db/1.sql 644 f", "empty 755 d", "public 755 d",
                "public/Grüße.txt 644 f", "public/current 777 l ../bin/serve", "public/large.bin 644 f",
                "release.yaml 644 f",
            ])
        _ = try await runForeign("diff", ["-r", folder, slot])
        try await store.verifyUnpacked(release.digest, at: slot)
    }

    @Test func `unpacking again changes nothing, another release replaces it`() async throws {
        let first = try await store.add(folder: workspace.makeRelease("one")).release
        let second = try await store.add(folder: workspace.makeRelease("two", version: "2", greeting: "two")).release
        let slot = workspace.file("slot")
        try await store.unpack(first.digest, into: slot)
        try workspace.write("kept", to: "slot/made-by-the-application")
        try await store.unpack(first.digest, into: slot)
        #expect(try workspace.text("slot/made-by-the-application") == "kept")
        try await store.unpack(second.digest, into: slot)
        try await store.verifyUnpacked(second.digest, at: slot)
        #expect(!FileManager.default.fileExists(atPath: workspace.file("slot/made-by-the-application")))
        await #expect(throws: ReleaseError.notUnpacked(folder: slot)) {
            try await store.verifyUnpacked(first.digest, at: slot)
        }
    }

    /// A shell command that alters an unpacked release, and what is said of it.
    static let alterations: [(command: String, reason: String)] = [
        (
            "printf x | dd of=db/1.sql conv=notrunc status=none",
            "db/1.sql is not as it was unpacked: its content changed"
        ),
        ("echo >> bin/serve", "bin/serve is not as it was unpacked: its size changed"),
        ("rm db/1.sql", "db/1.sql is not as it was unpacked: it is missing"),
        ("chmod 4755 bin/serve", "bin/serve is not as it was unpacked: its permissions changed"),
        ("ln -sf /bin/sh bin/serve", "bin/serve is not as it was unpacked: it is no file"),
        ("ln -sfn ../db public/current", "public/current is not as it was unpacked: the link's target changed"),
        ("rm -r empty", "empty is not as it was unpacked: it is missing"),
    ]

    @Test(arguments: alterations)
    func `an unpacked release that was altered is refused`(command: String, reason: String) async throws {
        let release = try await store.add(folder: workspace.makeRelease()).release
        let slot = workspace.file("slot")
        try await store.unpack(release.digest, into: slot)
        _ = try await runForeign("sh", ["-c", "cd '\(slot)' && \(command)"])
        let error = await #expect(throws: ReleaseError.self) {
            try await store.verifyUnpacked(release.digest, at: slot)
        }
        #expect(error?.description == "\(slot)/\(reason). Unpack the release again.")
    }

    static let fatalPhases: [ReleaseProgress.Phase] = [.unpacking, .placing]

    @Test(.timeLimit(.minutes(1)), arguments: fatalPhases)
    func `a kill while a release is unpacked leaves no release behind`(phase: ReleaseProgress.Phase) async throws {
        let release = try await store.add(folder: workspace.makeRelease()).release
        let (path, slot, digest) = (store.folder, workspace.file("slot"), release.digest.rawValue)
        let name = phase.rawValue
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, slot = slot as String, digest = digest as String, name = name as String] in
            try await ArtifactStore(folder: path).unpack(ArtifactDigest(digest), into: slot) { progress in
                if progress.phase.rawValue == name, progress.files > 3 { kill(getpid(), SIGKILL) }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: slot))
        try await store.unpack(release.digest, into: slot)
        try await store.verifyUnpacked(release.digest, at: slot)
        #expect(try workspace.names(in: "").filter { $0.hasPrefix("slot") } == ["slot", "slot.files"])
    }

    /// Python that adds a member to the tar `t`, and why it is refused.
    static let attacks: [(python: String, reason: String)] = [
        ("f('/tmp/switchyard-escaped')", "its path is absolute, has '..' or is not plain"),
        ("f('../escaped')", "its path is absolute, has '..' or is not plain"),
        ("f('bin/../../escaped')", "its path is absolute, has '..' or is not plain"),
        ("f('./dotted')", "its path is absolute, has '..' or is not plain"),
        ("m('out', tarfile.SYMTYPE, '/tmp')", "it is a link to the absolute path '/tmp'"),
        ("m('out', tarfile.SYMTYPE, '..')", "it is a link that leaves the release ('..')"),
        ("m('link', tarfile.SYMTYPE, 'bin'); f('link/through')", "'link' is no folder of the archive"),
        (
            "d('a'); d('a/b'); m('a/b/up', tarfile.SYMTYPE, '../..'); m('x', tarfile.SYMTYPE, 'a/b/up/..')",
            "it is a link that leaves the release"
        ),
        ("m('hard', tarfile.LNKTYPE, '/etc/passwd')", "it is a hard link to '/etc/passwd'"),
        ("m('hard', tarfile.LNKTYPE, 'release.yaml')", "it is a hard link to 'release.yaml'"),
        ("m('null', tarfile.CHRTYPE, '')", "it is a device, a pipe or a socket"),
        ("m('disk', tarfile.BLKTYPE, '')", "it is a device, a pipe or a socket"),
        ("m('pipe', tarfile.FIFOTYPE, '')", "it is a device, a pipe or a socket"),
        ("f('bin/serve')", "the archive has it twice"),
    ]

    @Test(arguments: attacks)
    func `an archive that reaches out of its folder is refused and leaves nothing`(
        python: String, reason: String
    ) async throws {
        let digest = try await craft(python)
        let error = await #expect(throws: ReleaseError.self) {
            try await store.unpack(digest, into: workspace.file("slot"))
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(try workspace.names(in: "").filter { $0 != "a.tar" } == ["store"])
        #expect(!FileManager.default.fileExists(atPath: "/tmp/switchyard-escaped"))
    }

    @Test func `a crafted archive without an attack is unpacked, so that the refusals have their reason`() async throws
    {
        let digest = try await craft("f('harmless')")
        try await store.unpack(digest, into: workspace.file("slot"))
        #expect(try workspace.text("slot/harmless") == "x")
    }

    @Test func `privileges and owners of an archive do not get onto the disk`() async throws {
        let digest = try await craft("i = tarfile.TarInfo('tool'); i.mode = 0o6777; i.uid = 4711; t.addfile(i)")
        try await store.unpack(digest, into: workspace.file("slot"))
        var status = stat()
        #expect(stat(workspace.file("slot/tool"), &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o755)
        #expect(status.st_uid == getuid())
    }

    /// Puts an archive into the store that Python made: a release, and what `python` adds.
    private func craft(_ python: String) async throws -> ArtifactDigest {
        let script = """
            import io, sys, tarfile
            t = tarfile.open(sys.argv[1], 'w')
            def f(name, content=b'x', mode=0o644):
                i = tarfile.TarInfo(name); i.size = len(content); i.mode = mode; t.addfile(i, io.BytesIO(content))
            def m(name, kind, target):
                i = tarfile.TarInfo(name); i.type = kind; i.linkname = target; t.addfile(i)
            def d(name):
                i = tarfile.TarInfo(name); i.type = tarfile.DIRTYPE; i.mode = 0o755; t.addfile(i)
            f('release.yaml', b'name: a\\nversion: 1\\nprocesses: {web: {command: bin/serve}}\\n')
            d('bin')
            f('bin/serve', b'#!/bin/sh\\n', 0o755)
            \(python)
            t.close()
            """
        let (tar, archive) = (workspace.file("a.tar"), workspace.file("store/crafted"))
        _ = try await runForeign("python3", ["-c", script, tar])
        _ = try await runForeign("zstd", ["-qf", tar, "-o", archive])
        let digest = try ArtifactDigest(String(try await runForeign("sha256sum", [archive]).prefix(64)))
        try FileManager.default.moveItem(atPath: archive, toPath: store.archivePath(digest))
        return digest
    }
}
