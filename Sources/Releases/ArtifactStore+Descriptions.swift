package import Domain
import DurableFiles
import Foundation
import Settings

extension ArtifactStore {
    /// Hashes an archive again; throws `ReleaseError.altered` when it is not what its name says.
    ///
    /// Returns the release as the archive itself describes it, and corrects the description beside it.
    @discardableResult
    package func verify(_ digest: ArtifactDigest) async throws -> Release {
        try await Self.offPool { try verifyBlocking(digest) }
    }

    func verifyBlocking(_ digest: ArtifactDigest) throws -> Release {
        let (manifest, size) = try manifestInArchive(digest)
        let known = try release(digest)
        guard known.manifest != manifest || known.size != size else { return known }
        // What the description said of another manifest is worth nothing.
        let corrected = Release(
            manifest: manifest, digest: digest, size: size, createdAt: known.createdAt,
            verified: known.verified && known.manifest.commit == manifest.commit)
        try describe(corrected)
        return corrected
    }

    /// The release with this digest, from its description or else from its archive.
    package func release(_ digest: ArtifactDigest) throws -> Release {
        if let data = FileManager.default.contents(atPath: descriptionPath(digest)),
            let release = try? Self.decoder.decode(Release.self, from: data), release.digest == digest
        {
            return release
        }
        let (manifest, size) = try manifestInArchive(digest)
        var status = stat()
        guard stat(archivePath(digest), &status) == 0 else {
            throw FileFault(operation: "inspect", path: archivePath(digest))
        }
        let createdAt = Date(timeIntervalSince1970: TimeInterval(status.st_mtim.tv_sec))
        let release = Release(manifest: manifest, digest: digest, size: size, createdAt: createdAt)
        // Only saves time next time; a full disk must not keep anybody from seeing the releases.
        try? describe(release)
        return release
    }

    func describe(_ release: Release) throws {
        try DurableFile.write(Self.encoder.encode(release), to: descriptionPath(release.digest))
    }

    func descriptionPath(_ digest: ArtifactDigest) -> String { "\(folder)/\(digest).json" }

    /// The digests of the archives in the store.
    func digests() throws -> [ArtifactDigest] {
        try names().filter { $0.hasSuffix(Self.archiveSuffix) }
            .compactMap { ArtifactDigest(rawValue: String($0.dropLast(Self.archiveSuffix.count))) }
    }

    func names() throws(FileFault) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw FileFault(operation: "list", path: folder)
        }
        return names
    }

    func removeFile(_ path: String) throws(FileFault) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileFault(operation: "remove", path: path) }
    }

    /// The manifest inside an archive whose hash is right, and the archive's size.
    private func manifestInArchive(_ digest: ArtifactDigest) throws -> (ReleaseManifest, Int) {
        let path = archivePath(digest)
        guard access(path, F_OK) == 0 else {
            throw ReleaseError.notFound(text: digest.rawValue, known: try list().map(\.reference))
        }
        let input = try HashingFile(reading: path)
        try input.drain()
        guard input.digest == digest else {
            throw ReleaseError.altered(path: path, expected: digest, found: input.digest)
        }
        return (try ArchiveLocale.withUTF8 { try Self.readManifest(in: path) }, input.size)
    }

    private static func readManifest(in archive: String) throws -> ReleaseManifest {
        let input = try HashingFile(reading: archive)
        let reader = try ArchiveReader(input: input)
        while let entry = try reader.next() {
            guard case .file(let size, _) = entry.kind, entry.path == ReleaseManifest.fileName else { continue }
            var text: [UInt8] = []
            guard size <= Limits.manifestBytes else { break }
            try reader.content(of: entry.path, size: size) { text.append(contentsOf: $0) }
            return try ReleaseManifest.parse(String(decoding: text, as: UTF8.self))
        }
        throw ReleaseError.manifestMissing(folder: archive)
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
