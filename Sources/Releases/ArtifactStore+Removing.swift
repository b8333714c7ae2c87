package import Domain
import DurableFiles

extension ArtifactStore {
    /// Removes a release's archive and what is said of it; a release that is not there is no error.
    ///
    /// The archive goes first: what a crash leaves of the description is removed with the next release that is added.
    package func remove(_ digest: ArtifactDigest) async throws {
        try await Self.offPool {
            try StoreLock.hold(in: folder) {
                try removeFile(archivePath(digest))
                try removeFile(descriptionPath(digest))
                try DurableFile.synchronizeFolder(of: archivePath(digest))
            }
        }
    }
}
