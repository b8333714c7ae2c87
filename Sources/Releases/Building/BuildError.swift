/// Why a release was not built from its source.
package enum BuildError: Error, Equatable, CustomStringConvertible {
    case gitMissing
    case notARepository(folder: String, message: String)
    case unknownReference(String, repository: String)
    /// The commit has no release.yaml.
    case manifestMissing(path: String, commit: String)
    /// git gave up; `message` is what it said.
    case gitFailed(task: String, message: String)
    case gitTookTooLong(task: String, limit: Duration)
    /// The program of the build could not be started.
    case notStarted(command: String, reason: String)
    case failed(command: String, ending: String, lastLines: [String])
    case tookTooLong(command: String, limitSeconds: Double, lastLines: [String])
    case tookTooMuchMemory(command: String, limitBytes: Int, lastLines: [String])
    case printedTooMuch(command: String, limitBytes: Int, lastLines: [String])
    /// The build did not make the folder that it said it would.
    case folderMissing(String)
    case interrupted

    package var description: String {
        switch self {
        case .gitMissing: "git is not installed; install it (Debian: apt-get install git) and try again."
        case .notARepository(let folder, let message):
            "\(folder) is no git repository that this user may read (\(message)); name one with --repository."
        case .unknownReference(let reference, let repository):
            "\(repository) has no commit '\(reference)'; name a branch, a tag or a commit that is there "
                + "('git fetch' brings what is only on a server)."
        case .manifestMissing(let path, let commit):
            "Commit \(commit.prefix(12)) has no \(path); commit one that says name, version and processes."
        case .gitFailed(let task, let message): "git could not \(task): \(message)"
        case .gitTookTooLong(let task, let limit):
            "git did not \(task) within \(limit); it was ended. Look whether the repository's disk or server answers."
        case .notStarted(let command, let reason):
            "The build's command '\(command)' cannot be started: \(reason)"
        case .failed, .tookTooLong, .tookTooMuchMemory, .printedTooMuch: runDescription
        case .folderMissing(let folder):
            "'build.folder' names '\(folder)', which the build did not make; nothing was packed."
        case .interrupted: "The build was interrupted; it was ended and nothing is left of it."
        }
    }

    private var runDescription: String {
        switch self {
        case .failed(let command, let ending, let lines):
            "The build '\(command)' \(ending); nothing was packed. Mend what it says, or 'build.command' in release.yaml, "
                + "and commit that." + Self.listing(lines)
        case .tookTooLong(let command, let limit, let lines):
            "The build '\(command)' was ended: it ran longer than \(Int(limit.rounded(.up))) s. Its last line says where "
                + "it hung; if it only needs longer, raise build.time_limit in release.yaml." + Self.listing(lines)
        case .tookTooMuchMemory(let command, let limit, let lines):
            "The build '\(command)' was ended: it took more than \(limit >> 20) MiB of memory. "
                + "Let it do less at a time, or raise build.memory_limit in release.yaml." + Self.listing(lines)
        case .printedTooMuch(let command, let limit, let lines):
            "The build '\(command)' was ended: it printed more than \(limit) bytes. Let it print less, "
                + "or raise build.output_limit in release.yaml." + Self.listing(lines)
        default: ""
        }
    }

    private static func listing(_ lines: [String]) -> String {
        lines.isEmpty ? " It had printed nothing." : " Its last lines:" + lines.map { "\n    \($0)" }.joined()
    }
}
