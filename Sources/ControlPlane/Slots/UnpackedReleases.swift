import Domain
import DurableFiles
import Foundation
import Glibc
package import Releases
import Runtimes
import Turns

/// Releases unpacked for an environment: each digest once, checked before every use.
package struct UnpackedReleases: Sendable {
    private let store: ArtifactStore
    private let folder: String
    private let turns = Turns()

    package init(store: ArtifactStore, folder: String) {
        self.store = store
        self.folder = folder
    }

    /// Where a release lies once it is unpacked.
    func root(of digest: ArtifactDigest, in environment: EnvironmentName) -> String {
        "\(folder)/\(environment)/\(digest)"
    }

    /// Unpacks a release, or finds it unpacked and unaltered; answers its root.
    ///
    /// The archive is the truth: a copy that was touched is made again, unless processes run from it. Then
    /// `ReleaseError.alteredFile` is thrown and the copy stays as it is.
    func unpack(
        _ digest: ArtifactDigest, for environment: EnvironmentName, isInUse: Bool
    ) async throws -> String {
        let root = root(of: digest, in: environment)
        try await makeFolder(of: environment)
        try await turns.take {
            try await store.unpack(digest, into: root)
            do {
                try await store.verifyUnpacked(digest, at: root)
            } catch ReleaseError.alteredFile where !isInUse {
                try await store.removeUnpacked(at: root)
                try await store.unpack(digest, into: root)
            }
        }
        return root
    }

    /// Reads from a release and changes nothing of what slots run from: where its copy is missing or was altered, it
    /// is read from another one, which is removed afterwards.
    func reading<Value: Sendable>(
        _ digest: ArtifactDigest, for environment: EnvironmentName, _ body: (_ root: String) throws -> Value
    ) async throws -> Value {
        let root = root(of: digest, in: environment)
        if (try? await store.verifyUnpacked(digest, at: root)) != nil { return try body(root) }
        try await makeFolder(of: environment)
        let copy = "\(root).\(UUID().uuidString)"
        let result: Result<Value, any Error>
        do {
            try await store.unpack(digest, into: copy)
            result = .success(try body(copy))
        } catch {
            result = .failure(error)
        }
        try await store.removeUnpacked(at: copy)
        return try result.get()
    }

    /// Checks once more what processes are about to be started from; throws `ReleaseError` when it was altered.
    func verify(_ root: String) async throws {
        guard let digest = ArtifactDigest(rawValue: (root as NSString).lastPathComponent) else {
            throw ReleaseError.notUnpacked(folder: root)
        }
        try await store.verifyUnpacked(digest, at: root)
    }

    /// The folder of a release's own assets; nil when it has none.
    func assets(of release: Release, at root: String) async throws -> AssetFolder? {
        guard let assets = release.manifest.assets else { return nil }
        return AssetFolder(
            path: "\(root)/\(assets)", files: try await store.unpackedFiles(at: root, below: assets))
    }

    /// For the environment's account only: a release.yaml may hold what nobody else is to read.
    private func makeFolder(of environment: EnvironmentName) async throws {
        let path = "\(folder)/\(environment)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        try await UnixUser.ensure(environment: environment)?.share(path)
        guard chmod(path, 0o750) == 0 else { throw FileFault(operation: "set the mode of", path: path) }
    }

    /// Removes the copies that were only read from when the control plane ended; only before anything else begins.
    func removeLeftCopies() async throws {
        let environments = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for environment in environments {
            let parent = "\(folder)/\(environment)"
            for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
                guard name.wholeMatch(of: /[0-9a-f]{64}\.[0-9A-F-]{36}/) != nil else { continue }
                try await store.removeUnpacked(at: "\(parent)/\(name)")
            }
        }
    }

    /// What is unpacked for an environment, with its roots.
    func unpacked(for environment: EnvironmentName) -> [(digest: ArtifactDigest, root: String)] {
        let parent = "\(folder)/\(environment)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.sorted().compactMap { name in
            ArtifactDigest(rawValue: name).map { ($0, "\(parent)/\(name)") }
        }
    }

    /// Removes what no slot of an environment needs any more.
    ///
    /// What is needed is asked for while nothing is unpacked: a release that is deployed again meanwhile has claimed its
    /// slot before.
    func remove(
        of environment: EnvironmentName, except needed: @Sendable () async -> Set<ArtifactDigest>
    ) async throws {
        try await turns.take {
            let digests = await needed()
            for release in unpacked(for: environment) where !digests.contains(release.digest) {
                try await store.removeUnpacked(at: release.root)
            }
        }
    }
}
