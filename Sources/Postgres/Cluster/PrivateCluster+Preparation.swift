import DurableFiles
import Foundation
import Glibc
import Ports

extension PrivateCluster {
    /// Makes the cluster where it is missing and its configuration anew; may be interrupted anywhere and done again.
    ///
    /// Keeps the port once chosen unless another process has taken it meanwhile. Leaves a running server alone.
    package func prepare() async throws {
        try makeFolder()
        if isRunning() { return }
        try keepPassword()
        try await initialize()
        try keepPort()
        try configure()
    }

    /// Whether a server process works in the data folder.
    package func isRunning() -> Bool {
        guard let text = try? String(contentsOfFile: "\(dataFolder)/postmaster.pid", encoding: .utf8),
            let process = text.split(whereSeparator: \.isNewline).first.flatMap({ pid_t($0) }),
            kill(process, 0) == 0 || errno == EPERM
        else { return false }
        // A process number is given out again after a reboot: the server's working folder tells it from a stranger.
        let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
        return place.map { $0 == URL(filePath: dataFolder).resolvingSymlinksInPath().path(percentEncoded: false) }
            ?? true
    }

    static func checkSocketPath(in folder: String) throws {
        let longest = "\(folder)/.s.PGSQL.65535".utf8.count
        guard longest <= 107 else {
            throw PostgresError.cluster(
                folder: folder,
                reason: "its path is \(longest - 107) bytes too long for a unix socket (107 bytes with the socket's "
                    + "name): choose a shorter state folder.")
        }
    }

    static func unprivilegedUser(folder: String) throws -> UnixUser? {
        guard geteuid() == 0 else { return nil }
        if let user = UnixUser(named: "postgres") { return user }
        throw PostgresError.cluster(
            folder: folder,
            reason: "PostgreSQL refuses to run as root and there is no account 'postgres': install the package "
                + "postgresql, which makes it.")
    }

    private func makeFolder() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try own(folder, mode: 0o700)
        guard let user else { return }
        var ancestor = (folder as NSString).deletingLastPathComponent
        while ancestor.count > 1 {
            guard user.mayEnter(ancestor) else {
                throw refusal("the account '\(user.name)' may not enter \(ancestor): chmod o+x it.")
            }
            ancestor = (ancestor as NSString).deletingLastPathComponent
        }
    }

    private func keepPassword() throws {
        if (try? keptPassword()) == nil {
            guard !FileManager.default.fileExists(atPath: dataFolder) else {
                throw refusal("\(passwordFile) is missing: restore it, or remove \(dataFolder) to begin anew.")
            }
            try SecretFile(path: passwordFile).make(bytes: 24)
        }
        try own(passwordFile, mode: 0o600)
    }

    private func initialize() async throws {
        guard !FileManager.default.fileExists(atPath: dataFolder) else { return }
        let unfinished = "\(folder)/data.unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        var arguments = [
            "--pgdata=\(unfinished)", "--username=\(Self.superuser)", "--pwfile=\(passwordFile)",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
        ]
        if durability == .disposable { arguments.append("--no-sync") }
        try await PostgresProgram("initdb", of: installation, as: user).run(arguments, limit: PostgresLimits.initialize)
        guard rename(unfinished, dataFolder) == 0 else { throw FileFault(operation: "rename", path: unfinished) }
        try DurableFile.synchronizeFolder(of: dataFolder)
    }

    private func keepPort() throws {
        if let port = try? keptPort(), FreePort.isFree(port) { return }
        try DurableFile.write("\(FreePort.find(count: 1)[0])\n", to: portFile)
    }

    private func configure() throws {
        try write(settings(port: keptPort()), to: "\(dataFolder)/postgresql.conf")
        try write(Self.admission, to: "\(dataFolder)/pg_hba.conf")
    }

    private func write(_ text: String, to path: String) throws {
        try DurableFile.write(text, to: path, mode: 0o600)
        try own(path, mode: 0o600)
    }

    private func own(_ path: String, mode: mode_t) throws {
        guard chmod(path, mode) == 0 else { throw FileFault(operation: "set the mode of", path: path) }
        try user?.own(path)
    }

    // MARK: The server's own files

    private static let admission = """
        # Written by Switchyard at every start.
        local all all scram-sha-256
        host all all 127.0.0.1/32 scram-sha-256

        """

    private func settings(port: Int) -> String {
        let quotedFolder = folder.replacing("'", with: "''")
        let lines = """
            # Written by Switchyard at every start; use ALTER SYSTEM for settings of your own.
            listen_addresses = '127.0.0.1'
            port = \(port)
            unix_socket_directories = '\(quotedFolder)'
            unix_socket_permissions = 0700
            max_connections = \(maximumConnections)
            password_encryption = 'scram-sha-256'
            shared_buffers = '128MB'
            log_destination = 'stderr'
            log_line_prefix = '%m [%p] %q%u@%d %a '
            log_lock_waits = on
            log_error_verbosity = 'terse'
            log_min_error_statement = 'panic'
            timezone = 'UTC'
            log_timezone = 'UTC'
            lc_messages = 'C'
            default_text_search_config = 'pg_catalog.english'

            """
        let more = settings.sorted { $0.key < $1.key }.map { name, value in
            "\(name) = '\(value.replacing("'", with: "''"))'\n"
        }.joined()
        guard durability == .disposable else { return lines + libraries + more }
        return lines + "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n" + more
    }
}

extension PrivateCluster {
    /// Counts the statements that the application sends, and logs what the roles do that are audited; Debian's packages of
    /// the server and of pgaudit bring the extensions.
    private var libraries: String {
        let names = [
            installation.hasStatementStatistics ? "pg_stat_statements" : nil,
            installation.hasAuditing ? "pgaudit" : nil,
        ].compactMap(\.self)
        guard !names.isEmpty else { return "" }
        return "shared_preload_libraries = '\(names.joined(separator: ", "))'\n"
            + (installation.hasStatementStatistics
                ? "pg_stat_statements.max = \(PostgresLimits.countedStatements)\n" : "")
            + (installation.hasAuditing ? Self.auditing : "")
    }

    /// Which relations are read and written, and neither statements nor values: they would be in the log in the clear.
    private static let auditing = """
        pgaudit.log_statement = off
        pgaudit.log_parameter = off
        pgaudit.log_relation = on
        pgaudit.log_catalog = off

        """
}

extension UnixUser {
    /// Whether the account may pass through a folder.
    fileprivate func mayEnter(_ folder: String) -> Bool {
        var status = stat()
        guard stat(folder, &status) == 0 else { return false }
        let bit: mode_t = status.st_uid == userID ? S_IXUSR : status.st_gid == groupID ? S_IXGRP : S_IXOTH
        return status.st_mode & bit != 0
    }
}
