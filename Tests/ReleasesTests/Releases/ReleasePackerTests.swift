import Domain
import Foundation
import Releases
import Testing

/// Packing: what is refused, and that the same content always gives the same archive.
struct ReleasePackerTests {
    private let workspace: Workspace

    init() throws { workspace = try Workspace() }

    private func pack(_ folder: String, to archive: String = "a.tar.zst") throws -> PackedRelease {
        try ReleasePacker.pack(folder: folder, to: workspace.file(archive))
    }

    @Test func `times, permissions and the order of creation do not show in the digest`() throws {
        let first = try pack(workspace.makeRelease("one"))
        let folder = try workspace.makeRelease("two", order: { $0.reversed() })
        for path in ["release.yaml", "db/1.sql", "db", "public/large.bin"] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: "\(folder)/\(path)")
        }
        chmod("\(folder)/db/1.sql", 0o600)
        chmod("\(folder)/bin/serve", 0o700)
        chmod("\(folder)/public", 0o700)
        if getuid() == 0 { lchown("\(folder)/db/1.sql", 4_711, 4_711) }
        let second = try pack(folder, to: "b.tar.zst")
        #expect(first.digest == second.digest)
        #expect(first.size == second.size)
    }

    @Test func `another process with another locale and umask makes the same archive`() async throws {
        let folder = try workspace.makeRelease()
        let first = try pack(folder)
        let archive = workspace.file("b.tar.zst")
        await #expect(processExitsWith: .success) { [folder = folder as String, archive = archive as String] in
            umask(0o077)
            setlocale(LC_ALL, "C")
            setenv("TZ", "Pacific/Auckland", 1)
            _ = try ReleasePacker.pack(folder: folder, to: archive)
        }
        let bytes = [workspace.file("a.tar.zst"), archive].map { FileManager.default.contents(atPath: $0) }
        #expect(bytes[0] != nil)
        #expect(bytes[0] == bytes[1])
        let sum = try await runForeign("sha256sum", [archive])
        #expect(sum.hasPrefix(first.digest.rawValue))
    }

    @Test func `one changed byte changes the digest`() throws {
        let first = try pack(workspace.makeRelease("one"))
        let second = try pack(workspace.makeRelease("two", greeting: "hallo"), to: "b.tar.zst")
        #expect(first.digest != second.digest)
    }

    @Test func `foreign readers see the same files`() async throws {
        _ = try pack(workspace.makeRelease())
        let names = [
            "bin/", "bin/serve", "db/", "db/1.sql", "empty/", "public/", "public/Grüße.txt", "public/current",
            "public/large.bin", "release.yaml",
        ]
        let archive = workspace.file("a.tar.zst")
        let listing = try await runForeign("tar", ["--zstd", "--quoting-style=literal", "-tf", archive])
        #expect(listing.split(separator: "\n").map(String.init) == names)
        _ = try await runForeign("zstd", ["-dqf", archive, "-o", workspace.file("a.tar")])
        let script = """
            import sys, tarfile
            for m in tarfile.open(sys.argv[1]):
                print(m.name, oct(m.mode), m.uid, m.gid, m.mtime, repr(m.uname + m.gname), m.linkname)
            """
        let members = try await runForeign("python3", ["-X", "utf8", "-c", script, workspace.file("a.tar")])
        let lines = members.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.contains("bin/serve 0o755 0 0 0 ''"))
        #expect(lines.contains("public/Grüße.txt 0o644 0 0 0 ''"))
        #expect(lines.contains { $0.hasPrefix("public/current ") && $0.hasSuffix(" 0 0 0 '' ../bin/serve") })
        #expect(lines.count == names.count)
    }

    /// A shell command that spoils the release, and the sentence that it makes.
    static let spoilings: [(command: String, sentence: String)] = [
        ("rm release.yaml", "has no release.yaml; write one that says name, version and processes."),
        ("rm bin/serve public/current", "Process 'web' runs 'bin/serve', which is not in the release."),
        ("chmod 644 bin/serve", "Process 'web' runs 'bin/serve', which is not an executable file."),
        ("rm -r db", "'migrations' names the folder 'db', which is not in the release."),
        ("ln -s /etc/passwd x", "'x' cannot be part of a release: it is a link to the absolute path '/etc/passwd'."),
        ("ln -s ../outside x", "'x' cannot be part of a release: it is a link that leaves the release ('../outside')."),
        ("ln -s ../../x db/x", "'db/x' cannot be part of a release: it is a link that leaves the release ('../../x')."),
        ("ln -s nowhere x", "'x' cannot be part of a release: it is a link that leads nowhere."),
        (
            "mkdir -p a/b && ln -s ../.. a/b/up && ln -s a/b/up/.. x",
            "'x' cannot be part of a release: it is a link that leaves"
        ),
        ("mkfifo x", "'x' cannot be part of a release: it is a pipe."),
        (
            "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"x\")'",
            "'x' cannot be part of a release: it is a socket."
        ),
        (
            "mkdir uploads && touch uploads/logo.png",
            "'uploads/logo.png' would be hidden: 'uploads' is a folder of 'shared:', which lives across releases. Leave "
                + "it out of the release, or take 'uploads' out of 'shared:'."
        ),
        ("touch uploads", "'uploads' would be hidden:"),
        ("ln -s public uploads", "'uploads' would be hidden:"),
        ("touch \"$(printf 'a\\nb')\"", "its name has control characters or is longer than 4095 bytes."),
        ("touch \"$(printf 'a\\377')\"", "a name in this folder is not UTF-8."),
        ("printf '\\nnmae: x' >> release.yaml", "unknown key 'nmae'; did you mean 'name'?"),
        ("truncate -s 5G x", "The release has more than 4 GiB of files; leave out what does not run."),
    ]

    @Test(arguments: spoilings)
    func `what no release may contain is refused and leaves no archive`(command: String, sentence: String) async throws
    {
        let folder = try workspace.makeRelease()
        _ = try await runForeign("sh", ["-c", "cd '\(folder)' && \(command)"])
        let error = #expect(throws: ReleaseError.self) { try pack(folder) }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
        #expect(!FileManager.default.fileExists(atPath: workspace.file("a.tar.zst")))
    }

    @Test(arguments: [".gitkeep", ".keep", ".gitignore", "photos/.gitkeep"])
    func `a placeholder in a shared folder makes way for the link`(placeholder: String) async throws {
        let without = try pack(workspace.makeRelease("without"))
        let folder = try workspace.makeRelease("with")
        _ = try await runForeign("mkdir", ["-p", "\(folder)/uploads/photos"])
        try workspace.write("", to: "with/uploads/\(placeholder)")
        #expect(try pack(folder, to: "b.tar.zst").digest == without.digest)
    }

    @Test(.enabled(if: getuid() == 0, "only root can make a device"))
    func `a device is refused`() async throws {
        let folder = try workspace.makeRelease()
        _ = try await runForeign("mknod", ["\(folder)/x", "c", "1", "3"])
        #expect(throws: ReleaseError.entryRefused(path: "x", reason: "it is a device")) { try pack(folder) }
    }
}
