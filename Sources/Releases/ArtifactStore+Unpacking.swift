package import Domain
import DurableFiles
import Foundation
import Settings

extension ArtifactStore {
    /// Unpacks a release so that `destination` is its root, entirely or not at all; done before, it is not done again.
    ///
    /// The archive is hashed while it is read, and an altered one leaves nothing behind. Files belong to the user who
    /// calls and only that user can write them. One caller at a time for a destination, which a deployment's lease
    /// sees to. Throws `ReleaseError`.
    package func unpack(
        _ digest: ArtifactDigest, into destination: String, progress: @escaping ReleaseProgress.Report = { _ in }
    ) async throws {
        try await Self.offPool { try unpackBlocking(digest, destination, progress) }
    }

    /// Compares an unpacked release with what was unpacked, file by file; done before
    /// Switchyard starts a process, and not when runit starts one again.
    ///
    /// Throws `ReleaseError.alteredFile` at the first difference, `ReleaseError.notUnpacked` when it is another
    /// release or a half one.
    package func verifyUnpacked(_ digest: ArtifactDigest, at folder: String) async throws {
        try await Self.offPool {
            guard let record = UnpackedRecord(of: folder), record.digest == digest, access(folder, F_OK) == 0 else {
                throw ReleaseError.notUnpacked(folder: folder)
            }
            try record.verify(folder)
        }
    }

    /// The files that a release has below one of its folders, relative to that: only its own, not those that were put
    /// there since.
    package func unpackedFiles(at folder: String, below path: String) async throws -> [String] {
        try await Self.offPool {
            guard let record = UnpackedRecord(of: folder) else { throw ReleaseError.notUnpacked(folder: folder) }
            let beginning = path.hasSuffix("/") ? path : "\(path)/"
            return record.entries.filter { $0.kind == .file && $0.path.hasPrefix(beginning) }
                .map { String($0.path.dropFirst(beginning.count)) }
        }
    }

    /// Removes an unpacked release with its record; one that is not there is no error.
    package func removeUnpacked(at folder: String) async throws {
        try await Self.offPool {
            try removeTree(folder)
            try removeFile(UnpackedRecord.path(of: folder))
        }
    }

    private func unpackBlocking(
        _ digest: ArtifactDigest, _ destination: String, _ progress: ReleaseProgress.Report
    ) throws {
        if access(destination, F_OK) == 0, UnpackedRecord(of: destination)?.digest == digest { return }
        let parent = (destination as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        let temporary = "\(destination).unpacking"
        try removeTree(temporary)
        try removeTree(destination)
        do {
            let record = try extract(digest, to: temporary, progress)
            try DurableFile.synchronizeFileSystem(of: temporary)
            progress(ReleaseProgress(phase: .placing, files: record.entries.count, bytes: 0))
            try record.write(for: destination)
            guard rename(temporary, destination) == 0 else { throw FileFault(operation: "rename", path: temporary) }
            try DurableFile.synchronizeFolder(of: destination)
        } catch {
            try? removeTree(temporary)
            unlink(UnpackedRecord.path(of: destination))
            throw error
        }
    }

    /// Extracts into a new folder; the hash of the whole archive decides, before anything that the archive says.
    private func extract(
        _ digest: ArtifactDigest, to folder: String, _ progress: ReleaseProgress.Report
    ) throws -> UnpackedRecord {
        let path = archivePath(digest)
        guard access(path, F_OK) == 0 else {
            throw ReleaseError.notFound(text: digest.rawValue, known: try list().map(\.reference))
        }
        guard mkdir(folder, 0o755) == 0, chmod(folder, 0o755) == 0, let root = ReleaseLink.realPath(folder) else {
            throw FileFault(operation: "create", path: folder)
        }
        let input = try HashingFile(reading: path)
        let result = Result {
            try ArchiveLocale.withUTF8 { try ArchiveExtractor(input: input, root: root).extract(progress) }
        }
        try input.drain()
        guard input.digest == digest else {
            throw ReleaseError.altered(path: path, expected: digest, found: input.digest)
        }
        let entries = try result.get()
        _ = try ReleaseManifest.read(file: "\(root)/\(ReleaseManifest.fileName)")
        return UnpackedRecord(digest: digest, entries: entries)
    }

    func removeTree(_ path: String) throws(FileFault) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        // Asked again, because only the system call itself tells the reason.
        guard (try? FileManager.default.removeItem(atPath: path)) != nil || rmdir(path) == 0 else {
            throw FileFault(operation: "remove", path: path)
        }
    }
}
