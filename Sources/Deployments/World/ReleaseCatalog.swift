package import Domain

/// The artifacts that can be deployed.
package protocol ReleaseCatalog: Sendable {
    /// The release behind a version, `name@version` or digest; throws when there is none or more than one.
    func find(_ text: String) async throws -> Release
    /// The release with exactly this digest.
    func release(_ digest: ArtifactDigest) async throws -> Release
    /// Hashes the archive again; throws when it is not what its name says.
    func verify(_ digest: ArtifactDigest) async throws
}
