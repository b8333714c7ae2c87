import DurableFiles
import Foundation
import Glibc

/// Copies a log so that it can be verified elsewhere, also while it is being written.
package enum AuditExport {
    /// What was copied.
    package struct Copied: Codable, Equatable, Sendable {
        package var entries: Int
        package var files: Int
        package var bytes: Int
    }

    /// Writes checkpoint, public key, tiles and bundles of the newest checkpoint into a new or empty folder.
    ///
    /// Throws `AuditError.exportNotEmpty`, `.noLog`, and `.missing` when a part is not there. The checkpoint comes last,
    /// so that a copy that was interrupted has none.
    package static func export(
        to folder: String, from log: String, progress: (Copied) -> Void = { _ in }
    ) throws -> Copied {
        try AuditError.wrapping {
            let source = LogFiles(folder: log)
            guard let checkpoint = try source.checkpoint() else { throw AuditError.noLog(folder: log) }
            guard try isFree(folder) else { throw AuditError.exportNotEmpty(folder: folder) }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var copy = Copy(source: source, target: LogFiles(folder: folder), size: checkpoint.size)
            try copy.copyTiles(progress: progress)
            for name in [LogFiles.publicKeyName, LogFiles.minimumName] {
                guard let bytes = try LogFiles.bytes(at: source.path(name)) else { continue }
                try copy.write(bytes, to: copy.target.path(name))
            }
            try DurableFile.synchronizeFileSystem(of: folder)
            try DurableFile.write(checkpoint.description, to: copy.target.path(LogFiles.checkpointName))
            return copy.copied
        }
    }

    private static func isFree(_ folder: String) throws -> Bool {
        guard access(folder, F_OK) == 0 else { return true }
        return try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty
    }

    private struct Copy {
        let source: LogFiles
        let target: LogFiles
        let size: Int
        var copied: Copied
        private var lastFolder = ""

        init(source: LogFiles, target: LogFiles, size: Int) {
            self.source = source
            self.target = target
            self.size = size
            copied = Copied(entries: size, files: 0, bytes: 0)
        }

        mutating func copyTiles(progress: (Copied) -> Void) throws {
            var level = 0
            while size >> (8 * level) > 0 {
                try copy(.hashes(level: level), progress)
                level += 1
            }
            if size > 0 { try copy(.entries, progress) }
        }

        private mutating func copy(_ kind: TilePath.Kind, _ progress: (Copied) -> Void) throws {
            var index = 0
            while case let width = TilePath.width(kind, index: index, inTreeOf: size), width > 0 {
                let path = TilePath(kind, index: index, width: width)
                let bytes = try kind == .entries ? source.entries(path) : source.hashes(path)
                // Asked afterwards, because it may have been pruned meanwhile.
                if let bytes {
                    try write(bytes, to: target.path(path))
                } else if try !mayBePruned(kind, index) {
                    throw AuditError.missing(path: source.path(path))
                }
                index += 1
                if index % 64 == 0 { progress(copied) }
            }
        }

        private func mayBePruned(_ kind: TilePath.Kind, _ index: Int) throws -> Bool {
            guard kind == .entries || kind == .hashes(level: 0) else { return false }
            return try (index + 1) * TileWidth.full <= source.minimum()
        }

        mutating func write(_ bytes: [UInt8], to path: String) throws {
            let folder = (path as NSString).deletingLastPathComponent
            if folder != lastFolder {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                lastFolder = folder
            }
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw FileFault(operation: "create", path: path) }
            close(descriptor)
            try OpenFile(path: path, flags: O_WRONLY).write(bytes, at: 0)
            copied.files += 1
            copied.bytes += bytes.count
        }
    }
}
