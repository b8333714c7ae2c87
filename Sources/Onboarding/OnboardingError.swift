/// Why a repository cannot be taken up as it is; nothing was written.
package enum OnboardingError: Error, Equatable, CustomStringConvertible {
    case notAFolder(path: String)
    /// No file says what kind of application this is.
    case unknownStack(folder: String, lookedFor: [String])
    /// The kind is known, the command that serves is not.
    case noWebProcess(found: String, file: String)
    /// A Procfile has processes, and none of them serves users.
    case noWebLine(file: String)
    /// Only a folder below this one says what runs.
    case onlyBelow(file: String, folder: String)
    case invalidProcfile(file: String, line: Int, reason: String)
    case sameProcess(file: String, name: String, lines: [Int])
    /// More than one folder says what runs.
    case severalProcfiles([String])
    case tooManyProcesses(file: String, count: Int, limit: Int)
    case noHealthEndpoint(filesSearched: Int)
    case filesExist([String])
    case invalidAnswer(String)
    /// What was drafted is nothing that Switchyard reads.
    case refused(file: String, reason: String)

    package var description: String {
        switch self {
        case .notAFolder(let path):
            "\(path) is no folder that can be read: name the folder of your application."
        case .unknownStack(let folder, let lookedFor):
            "Nothing in \(folder) says what runs (looked for \(lookedFor.joined(separator: ", "))): write a Procfile with "
                + "the line 'web: COMMAND' and try again."
        case .noWebProcess(let found, let file):
            "\(file) says that this is \(found), but not which command serves it: write a Procfile with the line "
                + "'web: COMMAND' and try again."
        case .noWebLine(let file):
            "\(file) has no process 'web', to which the users' requests go: add the line 'web: COMMAND'."
        case .onlyBelow(let file, let folder):
            "Nothing in \(folder) itself says what runs, but \(file) does: run 'switchyard init' in "
                + "\(Self.folder(of: file))."
        case .invalidProcfile(let file, let line, let reason):
            "\(file):\(line): \(reason)."
        case .sameProcess(let file, let name, let lines):
            "\(file) has '\(name)' on the lines \(lines.map(String.init).joined(separator: " and ")): keep one, or give "
                + "the other a name of its own."
        case .severalProcfiles(let files):
            // In this folder itself it would be refused again.
            "\(files.joined(separator: " and ")) each say what runs, and a release is one application: run 'switchyard "
                + "init' in \(files.map(Self.folder).filter { !$0.isEmpty }.joined(separator: " or ")), or put one "
                + "Procfile here in the place of all."
        case .tooManyProcesses(let file, let count, let limit):
            "\(file) has \(count) processes and a release at most \(limit): start some of them from one command."
        case .noHealthEndpoint(let filesSearched):
            "None of \(filesSearched) source files has a health endpoint: let the web process answer 200 on /health "
                + "once it can serve, or name its path with --health PATH."
        case .filesExist(let files):
            "\(files.joined(separator: " and ")) \(files.count == 1 ? "is" : "are") there already and nothing was "
                + "changed: keep \(files.count == 1 ? "it" : "them"), or replace with --force."
        case .invalidAnswer(let sentence):
            sentence
        case .refused(let file, let reason):
            "The \(file) that was drafted is not one that Switchyard takes, so nothing was written: \(reason)"
        }
    }

    private static func folder(of file: String) -> String {
        file.split(separator: "/").dropLast().joined(separator: "/")
    }
}
