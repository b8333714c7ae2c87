import DurableFiles
package import Foundation
import Glibc

/// What a process is started with: the part of a `Service` that concerns its start, in the same form.
///
/// A one-off command has one of its own, in a file that is removed when it has been read.
package struct ProcessStart: Codable, Equatable, Sendable {
    package var command: [String]
    /// What is no secret.
    package var environment: [String: String]
    package var workingDirectory: String
    /// Nil runs it as whoever starts it.
    package var unixUser: String?
    package var sealed: SealedVariables?

    package init(
        command: [String], environment: [String: String], workingDirectory: String, unixUser: String?,
        sealed: SealedVariables?
    ) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.unixUser = unixUser
        self.sealed = sealed
    }

    /// Reads one from a file; refuses one that others than its owner could have written or read.
    package init(file path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault(operation: "examine", path: path) }
        guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw FileFault(operation: "trust", path: path, code: EPERM)
        }
        let data = try file.read(upToCount: Limits.startBytes + 1) ?? Data()
        guard data.count <= Limits.startBytes else { throw FileFault(operation: "read", path: path, code: EFBIG) }
        self = try JSONDecoder().decode(ProcessStart.self, from: data)
    }
}

// MARK: - Becoming the process

extension ProcessStart {
    /// Turns this process into the one that is meant, with these variables and no others; returns only to throw.
    ///
    /// It keeps the pid. `secretFiles` are given as files that lie in memory alone and belong to the process's account.
    /// Throws `NotStarted` with the system's error.
    package func become(
        with variables: [String: String], secretFiles: [(name: String, value: Data)] = [], inSession: Bool
    ) throws -> Never {
        let account = try account()
        if inSession { _ = setsid() }
        guard chdir(workingDirectory) == 0 else { throw NotStarted(place: workingDirectory) }
        var variables = variables
        for file in secretFiles {
            variables["\(file.name)_FILE"] = try MemoryFile.make(named: file.name, holding: file.value, for: account)
        }
        // Before the account: as another one we could not be sure to be let.
        CoreDumps.forbid()
        if let account, account.userID != geteuid() || account.groupID != getegid() { try Self.enter(account) }
        throw NotStarted(code: exchangeProgram(with: variables), place: command[0])
    }

    /// A process that could not be started; the code is the system's.
    package struct NotStarted: Error, CustomStringConvertible {
        package let code: Int32
        package let place: String

        init(code: Int32 = errno, place: String) {
            self.code = code
            self.place = place
        }

        package var description: String { "\(place) cannot be started: \(String(cString: strerror(code)))." }

        /// As shells count: 127 where something is missing (also a script's interpreter), else 126.
        package var exitCode: Int32 { code == ENOENT ? 127 : 126 }
    }

    private func account() throws -> UnixUser? {
        guard let unixUser else { return nil }
        guard let account = UnixUser(named: unixUser) else { throw NotStarted(code: ESRCH, place: unixUser) }
        return account
    }

    /// This process has no other thread that would be left behind: it runs no event loop and no pool.
    private static func enter(_ account: UnixUser) throws {
        var group = account.groupID
        guard setgroups(1, &group) == 0, setgid(account.groupID) == 0, setuid(account.userID) == 0 else {
            throw NotStarted(place: "a process of \(account.name)")
        }
    }

    /// Answers the error.
    private func exchangeProgram(with variables: [String: String]) -> Int32 {
        // The thread that runs this may have signals blocked, and a new program would keep that.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        Glibc.signal(SIGPIPE, SIG_DFL)
        let environment = Self.terminated(variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        var failure = ENOENT
        for path in places(on: variables["PATH"] ?? Runit.searchPath) {
            execve(path, Self.terminated([path] + command.dropFirst()), environment)
            // A script without a first line that names its interpreter is a shell's.
            if errno == ENOEXEC {
                execve("/bin/sh", Self.terminated(["/bin/sh", path] + command.dropFirst()), environment)
            }
            if errno != ENOENT || command[0].contains("/") { failure = errno }
            if errno != ENOENT, errno != EACCES { break }
        }
        return failure
    }

    private func places(on path: String) -> [String] {
        guard !command[0].contains("/") else { return [command[0]] }
        return path.split(separator: ":").map { "\($0)/\(command[0])" }
    }

    /// As execve(2) takes them; the process that gives them ends with its image.
    private static func terminated(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }
}
