import Deployments
import Domain
import DurableFiles
import Foundation
import Releases
import Runtimes

/// The folders that releases have in common: assets and shared folders.
extension SupervisedSlots {
    /// Puts the fingerprinted assets of every unpacked release into every other one: a page of one release finds its
    /// assets whichever slot answers.
    func shareAssets(of release: Release, root: String, in environment: EnvironmentName) async throws {
        guard let mine = try await releases.assets(of: release, at: root) else { return }
        for other in releases.unpacked(for: environment) where other.digest != release.digest {
            guard let known = try? await catalog.release(other.digest),
                let theirs = try? await releases.assets(of: known, at: other.root)
            else { continue }
            try theirs.lendMissing(to: mine)
            try mine.lendMissing(to: theirs)
        }
    }

    /// Folders that live across releases, also under their names in the release's root; answers where they are.
    func makeSharedFolders(
        of manifest: ReleaseManifest, root: String, in environment: EnvironmentName
    ) async throws -> String {
        let base = "\(folder.shared)/\(environment)"
        try FileManager.default.createDirectory(
            atPath: base, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711]
        )
        let user = try await UnixUser.ensure(environment: environment)
        for path in manifest.shared {
            let shared = "\(base)/\(path)"
            try FileManager.default.createDirectory(
                atPath: shared, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750]
            )
            try user?.own(shared)
            try SharedFolder(path: shared).appear(at: "\(root)/\(path)")
        }
        return base
    }
}
