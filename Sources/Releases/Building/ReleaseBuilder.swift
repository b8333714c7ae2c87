import Domain
import DurableFiles
import Foundation
import Settings

/// Makes a release from a commit: cloned, built and packed apart from the repository, and nothing left behind.
package struct ReleaseBuilder: Sendable {
    /// What is told meanwhile.
    package enum News: Equatable, Sendable {
        /// A sentence about what is done.
        case step(String)
        /// A line that git or the build printed, without its secrets.
        case output(String)
    }

    /// A folder of the repository that has a release.yaml.
    private let folder: String
    private let reference: String
    private let variables: [String: String]
    private let mask: SecretMask

    /// `reference` is a branch, a tag or a commit; `variables` is the environment that git and the build get.
    package init(repository folder: String, reference: String, variables: [String: String]) {
        self.folder = URL(filePath: folder).standardizedFileURL.path
        self.reference = reference
        self.variables = variables
        mask = SecretMask(variables: variables)
    }

    /// Builds the release and writes its archive to `archivePath`, which must not exist.
    ///
    /// Throws `BuildError`, or what `ReleasePacker` throws. Every process of the build has ended and every file of it
    /// is gone when this returns, also after an error or when the task is cancelled.
    package func build(
        to archivePath: String, progress: ReleaseProgress.Report = { _ in },
        report: @escaping @Sendable (News) -> Void
    ) async throws -> PackedRelease {
        let repository = try await GitRepository(folder: folder, git: GitProgram(variables: variables, mask: mask))
        let revision = try await repository.revision(repository.commit(of: reference))
        let manifest = try await manifest(of: revision, in: repository)
        report(.step("Commit \(revision.summary)."))
        if reference == "HEAD", try await repository.hasUncommittedChanges() {
            report(.step("Changes that are not committed are no part of it."))
        }
        return try await BuildFolder.use { place in
            try await repository.clone(revision.commit, to: place.source)
            let submodules = try await repository.checkOutSubmodules(of: place.source)
            if submodules > 0 { report(.step("Submodules checked out at the commits that it records: \(submodules).")) }
            let source = "\(place.source)/\(repository.prefix)"
            if let build = manifest.build {
                try await run(build, of: manifest, at: revision, in: source, place: place, report: report)
            } else {
                report(.step("There is no 'build:' in its \(ReleaseManifest.fileName): it is packed as it is."))
            }
            let release = try assemble(manifest.build?.folder, of: source, at: revision)
            return try ReleasePacker.pack(folder: release, to: archivePath, progress: progress)
        }
    }

    private func manifest(of revision: SourceRevision, in repository: GitRepository) async throws -> ReleaseManifest {
        let name = ReleaseManifest.fileName
        guard let text = try await repository.file(name, in: revision.commit) else {
            throw BuildError.manifestMissing(path: repository.prefix + name, commit: revision.commit)
        }
        return try ReleaseManifest.parse(text, file: "\(revision.commit.prefix(12)):\(repository.prefix)\(name)")
    }

    private func run(
        _ build: BuildDefinition, of manifest: ReleaseManifest, at revision: SourceRevision, in source: String,
        place: BuildFolder, report: @escaping @Sendable (News) -> Void
    ) async throws {
        var variables = variables.filter { !GitProgram.localVariables.contains($0.key) }
        variables["RELEASE_NAME"] = manifest.name.rawValue
        variables["RELEASE_VERSION"] = manifest.version.rawValue
        variables["RELEASE_COMMIT"] = revision.commit
        variables["SOURCE_DATE_EPOCH"] = "\(revision.committedAt)"
        variables["TMPDIR"] = place.temporary
        let command = BuildCommand(definition: build, folder: source, variables: variables, mask: mask)
        report(.step("Building: \(mask.masking(build.command.joined(separator: " ")))"))
        let start = ContinuousClock.now
        try await command.run(report: report)
        report(.step("Built in \((ContinuousClock.now - start).components.seconds) s."))
    }

    /// The folder to pack, with what was recorded in its release.yaml and without git's own files.
    private func assemble(_ folder: String?, of source: String, at revision: SourceRevision) throws -> String {
        let release = folder.map { "\(source)/\($0)" } ?? source
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: release, isDirectory: &isFolder), isFolder.boolValue else {
            throw BuildError.folderMissing(folder ?? "")
        }
        let file = "\(release)/\(ReleaseManifest.fileName)"
        let own = access(file, F_OK) == 0 ? file : "\(source)/\(ReleaseManifest.fileName)"
        let text = try ReleaseManifest.recording(
            commit: revision.commit, tag: revision.tag,
            authors: Array(revision.authors.prefix(ReleaseManifest.authorsLimit)),
            in: String(contentsOfFile: own, encoding: .utf8), file: own)
        try DurableFile.write(text, to: file)
        return release
    }
}
