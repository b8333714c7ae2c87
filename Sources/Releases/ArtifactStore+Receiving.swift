package import Domain
import DurableFiles
import Foundation
import Settings

extension ArtifactStore {
    /// Takes in an archive that was packed elsewhere.
    ///
    /// It is unpacked beside itself with every check of an unpacking, and packed again: the store only ever holds
    /// archives that it made. A faithful archive keeps its digest, and repairs
    /// an altered one of that digest as `add(folder:)` does. `builtFrom` is the commit that it was built from, as far
    /// as whoever built it says so. Throws `ReleaseError`.
    package func add(
        archive path: String, builtFrom commit: String? = nil, progress: @escaping ReleaseProgress.Report = { _ in }
    ) async throws -> AddedRelease {
        try await Self.offPool {
            let folder = "\(path).unpacked"
            defer { try? removeTree(folder) }
            guard mkdir(folder, 0o700) == 0, let root = ReleaseLink.realPath(folder) else {
                throw FileFault(operation: "create", path: folder)
            }
            let input = try HashingFile(reading: path)
            _ = try ArchiveLocale.withUTF8 { try ArchiveExtractor(input: input, root: root).extract(progress) }
            return try addBlocking(root, builtFrom: commit, progress)
        }
    }
}
