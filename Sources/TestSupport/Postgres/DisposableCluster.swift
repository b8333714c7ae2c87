import Foundation
import Glibc
package import Postgres
import Subprocess
import SystemPackage

/// A running private cluster that ends with the test process, however that ends.
///
/// A shell runs the server again whenever it dies, as the real supervisor does, until the lock that the test process
/// holds on a file is let go: by `stop()`, or by the kernel when the process is gone. Then it ends the server and
/// removes the folder.
package struct DisposableCluster: Sendable {
    package let cluster: PrivateCluster
    private let lock: LifetimeLock

    /// Makes and starts a cluster in a folder of its own.
    package static func start(
        maximumConnections: Int = 200, settings: [String: String] = [:]
    ) async throws -> DisposableCluster {
        let folder = "/tmp/switchyard-postgres-\(UUID().uuidString.prefix(8).lowercased())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let cluster = try await PrivateCluster(
            folder: "\(folder)/cluster", maximumConnections: maximumConnections, durability: .disposable,
            settings: settings)
        let lock = try LifetimeLock(path: "\(folder)/alive")
        try await launch(cluster, folder: folder)
        try await cluster.waitUntilReady(deadline: .seconds(60))
        return DisposableCluster(cluster: cluster, lock: lock)
    }

    /// Lets the server end; its folder goes with it.
    package func stop() {
        lock.release()
    }

    /// The number of the server's first process, to be killed by a test.
    package func serverProcess() throws -> Int32 {
        let text = try String(contentsOfFile: "\(cluster.folder)/data/postmaster.pid", encoding: .utf8)
        guard let process = text.split(whereSeparator: \.isNewline).first.flatMap({ pid_t($0) }) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return process
    }

    private static func launch(_ cluster: PrivateCluster, folder: String) async throws {
        try await cluster.prepare()
        var command = cluster.serviceCommand
        if let user = cluster.unixUser {
            command = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups"] + command
        }
        var options = PlatformOptions()
        options.createSession = true
        _ = try await run(
            .path("/bin/sh"), arguments: Arguments(["-c", keeper, "keeper", folder] + command),
            workingDirectory: "/", platformOptions: options, output: .discarded)
    }

    /// Leaves itself running in the background.
    private static let keeper = """
        folder=$1; shift
        { while [ ! -e "$folder/end" ]; do "$@" >>"$folder/log" 2>&1; sleep 0.1; done; rm -rf "$folder"; } </dev/null &
        { flock "$folder/alive" true; touch "$folder/end"
          kill -QUIT $(head -n 1 "$folder/cluster/data/postmaster.pid"); } </dev/null >/dev/null 2>&1 &
        """
}

/// A lock on a file that lasts as long as this process, or until it is released.
final class LifetimeLock: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    deinit { close(descriptor) }

    func release() {
        flock(descriptor, LOCK_UN)
    }
}
