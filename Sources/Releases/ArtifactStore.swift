import Dispatch
package import Domain
import DurableFiles
package import Foundation
import Settings

/// The folder of release archives, each under its own digest.
///
/// An archive is either in the store entirely or not at all, whatever happens while it is added. Beside each archive
/// lies a small JSON file with its manifest; it is made again from the archive where it is missing.
package struct ArtifactStore: Sendable {
    package let folder: String
    private let now: @Sendable () -> Date

    /// Opens the store and makes its folder where it is missing.
    package init(folder: String, now: @escaping @Sendable () -> Date = { Date() }) throws(ReleaseError) {
        self.folder = folder
        self.now = now
        let files = FileManager.default
        let isThere = (try? files.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil
        // Asked again, because only the system call itself tells the reason.
        guard isThere || mkdir(folder, 0o755) == 0 else {
            throw .file(FileFault(operation: "create", path: folder))
        }
    }

    /// Packs a folder and keeps its archive; the same content again is the same release.
    ///
    /// An archive that is there and was altered is replaced by the one just packed. Throws
    /// `ReleaseError.versionTaken` when the version is there with other content.
    package func add(
        folder source: String, progress: @escaping ReleaseProgress.Report = { _ in }
    ) async throws -> AddedRelease {
        try await Self.offPool { try addBlocking(source, builtFrom: nil, progress) }
    }

    /// All releases, by name, the newest first.
    package func list() throws -> [Release] {
        try ReleaseError.wrapping {
            try digests().map(release).sorted {
                let (left, right) = ($0.manifest, $1.manifest)
                return (left.name, $1.createdAt, right.version) < (right.name, $0.createdAt, left.version)
            }
        }
    }

    /// The release that a person means: a version, `name@version`, `name version`, or six or more digits of a digest.
    package func find(_ text: String) throws -> Release {
        let releases = try list()
        let named = releases.filter {
            let version = $0.manifest.version.rawValue
            let name = $0.manifest.name.rawValue
            return [version, "\(name)@\(version)", "\(name) \(version)"].contains(text)
        }
        let isPrefix = text.utf8.count >= Limits.digestPrefix
        let found = named.isEmpty && isPrefix ? releases.filter { $0.digest.rawValue.hasPrefix(text) } : named
        guard let first = found.first else {
            throw ReleaseError.notFound(text: text, known: releases.map(\.reference))
        }
        guard found.count == 1 else {
            throw ReleaseError.ambiguous(text: text, candidates: found.map(\.reference))
        }
        return first
    }

    /// Where a release's archive lies.
    package func archivePath(_ digest: ArtifactDigest) -> String { "\(folder)/\(digest)\(Self.archiveSuffix)" }

    static let archiveSuffix = ".tar.zst"
}

extension ArtifactStore {
    private static let queue = DispatchQueue(label: "switchyard.releases", attributes: .concurrent)

    /// Runs long blocking work on threads of its own, so that the cooperative pool keeps moving.
    static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try ReleaseError.wrapping(body) }) }
        }
    }

    func addBlocking(
        _ source: String, builtFrom commit: String?, _ progress: ReleaseProgress.Report
    ) throws -> AddedRelease {
        try StoreLock.hold(in: folder) {
            try removeLeftovers()
            let incoming = "\(folder)/incoming"
            let packed = try ReleasePacker.pack(folder: source, to: incoming, progress: progress)
            do {
                if let commit, commit != packed.manifest.commit {
                    throw ReleaseError.builtFromAnother(commit, stated: packed.manifest.commit)
                }
                return try take(packed, isVerified: commit != nil, from: incoming, progress)
            } catch {
                unlink(incoming)
                throw error
            }
        }
    }

    /// Keeps a packed archive, unless the same one is there and good.
    ///
    /// Only what the lock's holder has just packed and hashed takes an altered archive's place, in one rename: who
    /// reads the altered one meanwhile refuses it by its hash.
    private func take(
        _ packed: PackedRelease, isVerified: Bool, from incoming: String, _ progress: ReleaseProgress.Report
    ) throws -> AddedRelease {
        var new = Release(
            manifest: packed.manifest, digest: packed.digest, size: packed.size, createdAt: now(),
            verified: isVerified)
        guard access(archivePath(packed.digest), F_OK) == 0 else {
            try refuseTakenVersion(packed, among: list())
            return AddedRelease(release: try keep(new, from: incoming, progress), outcome: .added)
        }
        do {
            var known = try verifyBlocking(packed.digest)
            try removeFile(incoming)
            if isVerified, !known.verified {
                known.verified = true
                try describe(known)
            }
            return AddedRelease(release: known, outcome: .alreadyThere)
        } catch ReleaseError.altered {
            if let known = try? release(packed.digest) {
                new.createdAt = known.createdAt
                new.verified = isVerified || known.verified
            }
            return AddedRelease(release: try keep(new, from: incoming, progress), outcome: .repaired)
        }
    }

    private func refuseTakenVersion(_ packed: PackedRelease, among releases: [Release]) throws(ReleaseError) {
        let existing = releases.first {
            $0.manifest.name == packed.manifest.name && $0.manifest.version == packed.manifest.version
        }
        if let existing { throw .versionTaken(existing: existing.reference) }
    }

    /// Gives the archive its name; its description comes first, so that a full disk shows before the name counts.
    private func keep(
        _ new: Release, from incoming: String, _ progress: ReleaseProgress.Report
    ) throws -> Release {
        var release = new
        release.createdAt = Date(timeIntervalSince1970: new.createdAt.timeIntervalSince1970.rounded(.down))
        progress(ReleaseProgress(phase: .naming, files: 0, bytes: release.size))
        try describe(release)
        let path = archivePath(release.digest)
        guard rename(incoming, path) == 0 else {
            let fault = FileFault(operation: "rename", path: incoming)
            // An altered archive that stays keeps its description.
            if access(path, F_OK) != 0 { unlink(descriptionPath(release.digest)) }
            throw fault
        }
        try DurableFile.synchronizeFolder(of: path)
        progress(ReleaseProgress(phase: .stored, files: 0, bytes: release.size))
        return release
    }

    /// Removes what an interrupted `add` left: half archives, and descriptions of archives that never came.
    private func removeLeftovers() throws {
        for name in try names() {
            let isOrphan =
                name.hasSuffix(".json")
                && access("\(folder)/\(name.dropLast(5))\(Self.archiveSuffix)", F_OK) != 0
            if name == "incoming" || name.hasSuffix(".tmp") || isOrphan { try removeFile("\(folder)/\(name)") }
        }
    }
}
