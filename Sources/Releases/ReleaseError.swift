package import Domain
package import DurableFiles
package import Settings

/// Why a release was not packed, stored, found or unpacked.
package enum ReleaseError: Error, Equatable, CustomStringConvertible {
    /// The folder has no release.yaml.
    case manifestMissing(folder: String)
    /// The release.yaml is refused, with all its problems.
    case manifestInvalid(SettingsError)
    /// An entry of the folder or the archive that no release may contain.
    case entryRefused(path: String, reason: String)
    case tooManyFiles(limit: Int)
    case tooLarge(limitBytes: Int)
    /// A program that a process runs is missing or not executable.
    case programMissing(process: ProcessName, program: String, reason: String)
    /// A folder that release.yaml names is not there.
    case folderMissing(key: String, path: String)
    /// A file that release.yaml names is not there.
    case fileMissing(key: String, path: String)
    /// The release brings a file or link where a folder of `shared:` is to be.
    case inSharedFolder(path: String, folder: String)
    /// A file changed between being listed and being read.
    case changedWhilePacking(path: String)
    /// The same version is in the store with other content.
    case versionTaken(existing: ReleaseReference)
    /// Whoever sent the archive says to have built it from another commit than its release.yaml states.
    case builtFromAnother(String, stated: String?)
    case notFound(text: String, known: [ReleaseReference])
    case ambiguous(text: String, candidates: [ReleaseReference])
    /// The archive is not the one that its name says.
    case altered(path: String, expected: ArtifactDigest, found: ArtifactDigest)
    /// The bytes are right, yet they are no archive that this Switchyard can read.
    case unreadableArchive(path: String, reason: String)
    /// A file of an unpacked release is not the archive's.
    case alteredFile(path: String, reason: String)
    /// The folder is not a release that was unpacked completely.
    case notUnpacked(folder: String)
    /// Another process works in the store.
    case storeBusy(folder: String)
    case file(FileFault)

    package var description: String {
        switch self {
        case .manifestMissing(let folder):
            "\(folder) has no \(ReleaseManifest.fileName); write one that says name, version and processes."
        case .manifestInvalid(let error): error.description
        case .entryRefused(let path, let reason): "'\(path)' cannot be part of a release: \(reason)."
        case .tooManyFiles(let limit): "The release has more than \(limit) files; leave out what does not run."
        case .tooLarge(let limit): "The release has more than \(limit >> 30) GiB of files; leave out what does not run."
        case .programMissing(let process, let program, let reason):
            "Process '\(process)' runs '\(program)', which \(reason)."
        case .folderMissing(let key, let path):
            "'\(key)' names the folder '\(path)', which is not in the release."
        case .fileMissing(let key, let path):
            "'\(key)' names the file '\(path)', which is not in the release."
        case .inSharedFolder(let path, let folder):
            "'\(path)' would be hidden: '\(folder)' is a folder of 'shared:', which lives across releases. Leave it out of "
                + "the release, or take '\(folder)' out of 'shared:'."
        case .changedWhilePacking(let path):
            "'\(path)' changed while it was packed; try again when nothing writes to it."
        case .versionTaken(let existing):
            "\(existing.version) exists already with other content (\(existing.digest.short)); give it a new version."
        case .builtFromAnother(let commit, let stated):
            "The archive is said to be built from commit \(commit), but its \(ReleaseManifest.fileName) states "
                + "\(stated ?? "none"); create the release again with --from-git."
        case .notFound, .ambiguous: searchDescription
        case .altered, .unreadableArchive, .alteredFile, .notUnpacked: integrityDescription
        case .storeBusy(let folder): "Another process works in \(folder); try again when it has finished."
        case .file(let fault): fault.description
        }
    }
}

extension ReleaseError {
    private var searchDescription: String {
        switch self {
        case .notFound(let text, []):
            "There is no release '\(text)'; the store is empty."
        case .notFound(let text, let known):
            "There is no release '\(text)'. There are: \(Self.listing(known))."
        case .ambiguous(let text, let candidates):
            "'\(text)' can be any of these: \(Self.listing(candidates)). Write more of the digest."
        default: ""
        }
    }

    private var integrityDescription: String {
        switch self {
        case .altered(let path, let expected, let found):
            "\(path) was altered: its SHA-256 is \(found), not \(expected). Create the release again, which repairs it."
        case .unreadableArchive(let path, let reason): "\(path) is no readable release archive: \(reason)."
        case .alteredFile(let path, let reason):
            "\(path) is not as it was unpacked: \(reason). Unpack the release again."
        case .notUnpacked(let folder): "\(folder) is no completely unpacked release; unpack it again."
        default: ""
        }
    }

    private static func listing(_ references: [ReleaseReference]) -> String {
        let shown = references.prefix(10).map { "\($0) (\($0.digest.short))" }.joined(separator: ", ")
        return references.count > 10 ? "\(shown) and \(references.count - 10) more" : shown
    }
}
