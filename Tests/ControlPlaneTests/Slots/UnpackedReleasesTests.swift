import Domain
import Foundation
import Glibc
import Releases
import TestSupport
import Testing

@testable import ControlPlane

/// A copy of a release that somebody touched.
struct UnpackedReleasesTests {
    private let production = EnvironmentName(unchecked: "production")

    @Test func `an altered copy is made again when nothing runs from it`() async throws {
        try await withAlteredCopy { releases, digest, file in
            _ = try await releases.unpack(digest, for: production, isInUse: false)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "SELECT 1;\n")
        }
    }

    @Test func `an altered copy that something runs from is refused and left as it is`() async throws {
        try await withAlteredCopy { releases, digest, file in
            await #expect(throws: ReleaseError.alteredFile(path: file, reason: "its size changed")) {
                try await releases.unpack(digest, for: production, isInUse: true)
            }
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text == "DROP TABLE loads;\n")
        }
    }

    @Test func `reading takes what the archive holds and leaves an altered copy as it is`() async throws {
        try await withAlteredCopy { releases, digest, file in
            let read = try await releases.reading(digest, for: production) { root in
                try String(contentsOfFile: "\(root)/db/1.sql", encoding: .utf8)
            }
            #expect(read == "SELECT 1;\n")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "DROP TABLE loads;\n")
            let folder = URL(filePath: releases.root(of: digest, in: production)).deletingLastPathComponent().path
            let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(left == ["\(digest)", "\(digest).files"])
        }
    }

    @Test func `what is about to be started from is checked once more`() async throws {
        try await withAlteredCopy { releases, digest, file in
            await #expect(throws: ReleaseError.alteredFile(path: file, reason: "its size changed")) {
                try await releases.verify(releases.root(of: digest, in: production))
            }
            _ = try await releases.unpack(digest, for: production, isInUse: false)
            try await releases.verify(releases.root(of: digest, in: production))
        }
    }

    @Test func `other accounts cannot look into an environment's releases`() async throws {
        try await withAlteredCopy { releases, digest, _ in
            let folder = URL(filePath: releases.root(of: digest, in: production)).deletingLastPathComponent().path
            let attributes = try FileManager.default.attributesOfItem(atPath: folder)
            #expect(attributes[.posixPermissions] as? Int == 0o750)
            if geteuid() == 0 {
                #expect(attributes[.groupOwnerAccountName] as? String == "switchyard-production")
            }
        }
    }

    @Test func `copies that were only read from are removed at the next start`() async throws {
        try await withAlteredCopy { releases, digest, file in
            let left = "\(releases.root(of: digest, in: production)).\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
            try await releases.removeLeftCopies()
            #expect(!FileManager.default.fileExists(atPath: left))
            #expect(FileManager.default.fileExists(atPath: file))
        }
    }

    private func withAlteredCopy(
        _ body: (_ releases: UnpackedReleases, _ digest: ArtifactDigest, _ file: String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let source = "\(folder)/source"
            try FileManager.default.createDirectory(atPath: "\(source)/db", withIntermediateDirectories: true)
            let manifest = "name: app\nversion: 1.0.0\nprocesses: {web: {command: /bin/true}}\nmigrations: db\n"
            try manifest.write(toFile: "\(source)/release.yaml", atomically: true, encoding: .utf8)
            try "SELECT 1;\n".write(toFile: "\(source)/db/1.sql", atomically: true, encoding: .utf8)
            let store = try ArtifactStore(folder: "\(folder)/artifacts")
            let digest = try await store.add(folder: source).release.digest
            let releases = UnpackedReleases(store: store, folder: "\(folder)/releases")
            let root = try await releases.unpack(digest, for: production, isInUse: false)
            try "DROP TABLE loads;\n".write(toFile: "\(root)/db/1.sql", atomically: false, encoding: .utf8)
            try await body(releases, digest, "\(root)/db/1.sql")
        }
    }
}
