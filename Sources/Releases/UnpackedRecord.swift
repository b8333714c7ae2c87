import Domain
import DurableFiles
import Foundation

/// What an unpacked release consists of; lies beside its folder, so that the release itself stays as it was packed.
struct UnpackedRecord: Codable, Equatable {
    /// One file, folder or link of the archive.
    struct Entry: Codable, Equatable {
        enum Kind: String, Codable { case file, folder, link }

        var path: String
        var kind: Kind
        /// Permission bits; 0 for links.
        var mode: UInt32
        /// Bytes of a file.
        var size: Int?
        /// SHA-256 of a file.
        var sha256: String?
        /// Target of a link.
        var target: String?
    }

    static let currentFormat = 1

    var format = currentFormat
    var digest: ArtifactDigest
    var entries: [Entry]

    /// Where the record of a folder lies.
    static func path(of folder: String) -> String { "\(folder).files" }

    /// The record of a folder; nil when there is none that can be read.
    init?(of folder: String) {
        guard let data = FileManager.default.contents(atPath: Self.path(of: folder)),
            let record = try? JSONDecoder().decode(Self.self, from: data), record.format == Self.currentFormat
        else { return nil }
        self = record
    }

    init(digest: ArtifactDigest, entries: [Entry]) {
        self.digest = digest
        self.entries = entries
    }

    /// Writes the record durably.
    func write(for folder: String) throws {
        try DurableFile.write(JSONEncoder().encode(self), to: Self.path(of: folder))
    }
}

extension UnpackedRecord {
    /// Compares every file, folder and link of the record with the disk; throws at the first that differs.
    ///
    /// Files that the application made itself are not looked at: a release that runs as its own user cannot make any.
    func verify(_ folder: String) throws {
        for entry in entries {
            if let reason = try difference(of: entry, in: folder) {
                throw ReleaseError.alteredFile(path: "\(folder)/\(entry.path)", reason: reason)
            }
        }
    }

    private func difference(of entry: Entry, in folder: String) throws -> String? {
        let path = "\(folder)/\(entry.path)"
        var status = stat()
        guard lstat(path, &status) == 0 else { return "it is missing" }
        switch entry.kind {
        case .folder:
            guard status.st_mode & S_IFMT == S_IFDIR else { return "it is no folder" }
        case .link:
            guard status.st_mode & S_IFMT == S_IFLNK else { return "it is no link" }
            guard try ReleaseLink.read(path) == entry.target else { return "the link's target changed" }
            return nil
        case .file:
            guard status.st_mode & S_IFMT == S_IFREG else { return "it is no file" }
            guard Int(status.st_size) == entry.size else { return "its size changed" }
            let input = try HashingFile(reading: path)
            try input.drain()
            guard input.digest.rawValue == entry.sha256 else { return "its content changed" }
        }
        return status.st_mode & 0o7777 == entry.mode ? nil : "its permissions changed"
    }
}
