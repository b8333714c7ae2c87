package import Foundation

/// Names one release exactly: what people call it and the digest of what runs.
package struct ReleaseReference: Codable, Hashable, Sendable, CustomStringConvertible {
    package var name: ApplicationName
    package var version: ReleaseVersion
    package var digest: ArtifactDigest

    package init(name: ApplicationName, version: ReleaseVersion, digest: ArtifactDigest) {
        self.name = name
        self.version = version
        self.digest = digest
    }

    package var description: String { "\(name) \(version)" }
}

/// An artifact in the store, with the manifest it carries.
package struct Release: Codable, Equatable, Sendable {
    package var manifest: ReleaseManifest
    package var digest: ArtifactDigest
    /// Size of the archive in bytes.
    package var size: Int
    package var createdAt: Date
    /// Whether commit, tag and authors are those that `release create --from-git` built from; otherwise they are only
    /// what release.yaml states.
    package var verified: Bool

    package init(
        manifest: ReleaseManifest, digest: ArtifactDigest, size: Int, createdAt: Date, verified: Bool = false
    ) {
        self.manifest = manifest
        self.digest = digest
        self.size = size
        self.createdAt = createdAt
        self.verified = verified
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        manifest = try values.decode(ReleaseManifest.self, forKey: .manifest)
        digest = try values.decode(ArtifactDigest.self, forKey: .digest)
        size = try values.decode(Int.self, forKey: .size)
        createdAt = try values.decode(Date.self, forKey: .createdAt)
        // Older descriptions do not say, and what they state was never checked.
        verified = try values.decodeIfPresent(Bool.self, forKey: .verified) ?? false
    }

    package var reference: ReleaseReference {
        ReleaseReference(name: manifest.name, version: manifest.version, digest: digest)
    }
}
