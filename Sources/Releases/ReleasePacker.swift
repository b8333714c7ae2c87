package import Domain
import DurableFiles
import Glibc
import Settings

/// An archive that was just written.
package struct PackedRelease: Equatable, Sendable {
    package let manifest: ReleaseManifest
    package let digest: ArtifactDigest
    /// Size of the archive in bytes.
    package let size: Int
}

/// Makes an archive of a folder with a `release.yaml`; the same content gives the same bytes.
package enum ReleasePacker {
    /// Checks the folder and writes its archive to `archivePath`, which must not exist; leaves nothing when it fails.
    package static func pack(
        folder: String, to archivePath: String, progress: ReleaseProgress.Report = { _ in }
    ) throws -> PackedRelease {
        try ReleaseError.wrapping {
            let manifest = try readManifest(in: folder)
            let tree = try ReleaseTree(root: folder).withoutSharedFolders(manifest.shared)
            try check(manifest, against: tree)
            let output = try HashingFile(creating: archivePath)
            do {
                try ArchiveLocale.withUTF8 { try write(tree, to: output, progress: progress) }
            } catch {
                unlink(archivePath)
                throw error
            }
            return PackedRelease(manifest: manifest, digest: output.digest, size: output.size)
        }
    }

    private static func write(_ tree: ReleaseTree, to output: HashingFile, progress: ReleaseProgress.Report) throws {
        let writer = try ArchiveWriter(output: output)
        var state = ReleaseProgress(phase: .packing, files: 0, bytes: 0)
        for entry in tree.entries {
            state.bytes += try writer.append(entry, from: tree.root)
            state.files += 1
            progress(state)
        }
        try writer.finish()
    }

    private static func readManifest(in folder: String) throws -> ReleaseManifest {
        let file = "\(folder)/\(ReleaseManifest.fileName)"
        var status = stat()
        guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ReleaseError.manifestMissing(folder: folder)
        }
        return try ReleaseManifest.read(file: file)
    }

    private static func check(_ manifest: ReleaseManifest, against tree: ReleaseTree) throws {
        for (name, process) in manifest.processes.sorted(by: { $0.key < $1.key }) {
            try checkProgram(process.command[0], of: name, in: tree)
        }
        let folders = [("migrations", manifest.migrations), ("assets", manifest.assets)]
        for case (let key, let path?) in folders where !tree.isFolder(path) {
            throw ReleaseError.folderMissing(key: key, path: path)
        }
        if let file = manifest.statements, !tree.isFile(file) {
            throw ReleaseError.fileMissing(key: "statements", path: file)
        }
    }

    /// A program with a slash is the release's own; one without may also be found on the machine's PATH.
    private static func checkProgram(_ program: String, of process: ProcessName, in tree: ReleaseTree) throws {
        guard !program.hasPrefix("/") else { return }
        let path = program.hasPrefix("./") ? String(program.dropFirst(2)) : program
        switch tree.isExecutable(path) {
        case true?: return
        case false?:
            throw ReleaseError.programMissing(process: process, program: program, reason: "is not an executable file")
        case nil where program.contains("/"):
            throw ReleaseError.programMissing(process: process, program: program, reason: "is not in the release")
        case nil: return
        }
    }
}

extension ReleaseError {
    /// Runs `body` and turns the errors of the rooms below into this room's.
    static func wrapping<Value>(_ body: () throws -> Value) throws(ReleaseError) -> Value {
        do {
            return try body()
        } catch let error as ReleaseError {
            throw error
        } catch let error as SettingsError {
            throw .manifestInvalid(error)
        } catch let error as FileFault {
            throw .file(error)
        } catch {
            throw .unreadableArchive(path: "the store", reason: "\(error)")
        }
    }
}
