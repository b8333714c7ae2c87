import Domain
import DurableFiles
import Foundation
import Glibc
import Subprocess

/// The runit tree of one state folder; it outlives the control plane and everything in it.
///
///     FOLDER/services/NAME   what runsvdir watches
///     FOLDER/incoming/       service folders before they are renamed into place, and after they are taken out
///     FOLDER/tree.lock       held while a tree is being started
package actor SupervisorTree {
    let folder: String
    /// The last runsvdir that was seen; asked before the process table is read.
    var known: ProcessIdentity?

    package init(folder: String) {
        self.folder = Self.resolved(folder)
    }

    /// One spelling for one folder, also before it exists: runsvdir is recognised by it.
    private static func resolved(_ folder: String) -> String {
        var existing = URL(fileURLWithPath: folder).standardizedFileURL
        var missing: [String] = []
        while access(existing.path, F_OK) != 0 && existing.path != "/" {
            missing.insert(existing.lastPathComponent, at: 0)
            existing.deleteLastPathComponent()
        }
        guard let real = realpath(existing.path, nil) else { return folder }
        defer { free(real) }
        return missing.reduce(URL(fileURLWithPath: String(cString: real))) { $0.appendingPathComponent($1) }.path
    }

    var services: String { "\(folder)/services" }
    var incoming: String { "\(folder)/incoming" }

    /// Starts runsvdir in a session of its own unless one already runs for the folder, and waits until every service
    /// has its runsv.
    package func start() async throws {
        let runit = try Runit()
        try makeFolders()
        let lock = try await holdLock()
        defer { close(lock) }
        if supervisor() == nil {
            // Not cut off when this is cancelled: whoever ends the tree then must find a runsvdir that was begun.
            try await Task { try await startSupervisor(runit) }.value
        }
        for service in serviceFolders() { try await waitForSupervision(of: service) }
    }

    private func startSupervisor(_ runit: Runit) async throws {
        try await spawn(runit)
        let found = try await wait(limit: Limits.supervisor) { self.supervisor() != nil }
        guard found else {
            throw RuntimeFault.treeNotStarted(folder: folder, reason: "runsvdir is not in the process table")
        }
    }

    package func isRunning() -> Bool { supervisor() != nil }
}

extension SupervisorTree {
    /// The runsvdir of this folder, found by its arguments, so that neither a lost file nor a reused pid misleads.
    func supervisor() -> ProcessIdentity? {
        if let known, known.isAlive { return known }
        let entry = ProcessEntry.all().first { $0.state != "Z" && isSupervisor($0.arguments) }
        known = entry.flatMap { ProcessIdentity(runningPid: $0.pid) }
        return known
    }

    func isSupervisor(_ arguments: [String]) -> Bool {
        arguments.count >= 3 && arguments[0].hasSuffix("runsvdir") && arguments[1] == "-P" && arguments[2] == services
    }

    func makeFolders() throws {
        guard services.utf8.count <= Limits.pathBytes else {
            throw RuntimeFault.pathTooLong(path: folder, limit: Limits.pathBytes)
        }
        for path in [folder, services, incoming] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// The last argument makes runsvdir listen on a pipe of its own; see `nudge`.
    func arguments(of runit: Runit) -> [String] {
        [runit.runsvdir, "-P", services, "log: " + String(repeating: ".", count: 200)]
    }

    /// setsid(1) forks, so that runsvdir belongs to init, has no terminal and hears no signal meant for us.
    private func spawn(_ runit: Runit) async throws {
        let result = try await run(
            .name("env"), arguments: Arguments(["--chdir=/", "setsid", "--fork"] + arguments(of: runit)),
            environment: .custom(["PATH": Runit.searchPath, "LANG": "C.UTF-8"]),
            output: .discarded, error: .discarded)
        guard case .exited(0) = result.terminationStatus else {
            throw RuntimeFault.treeNotStarted(folder: folder, reason: "setsid ended with \(result.terminationStatus)")
        }
    }

    func holdLock() async throws -> Int32 {
        let path = "\(folder)/tree.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: path) }
        do {
            let held = try await wait(limit: Limits.supervisor) { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
            guard held else {
                throw RuntimeFault.treeNotStarted(folder: folder, reason: "somebody else has been starting it too long")
            }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    func waitForSupervision(of service: ServiceFolder) async throws {
        let supervised = try await wait(limit: Limits.supervisor) {
            if service.isSupervised { return true }
            self.nudge()
            return false
        }
        guard supervised else { throw RuntimeFault.notSupervised(service: service.name) }
    }

    /// Makes runsvdir look at its folder now and not within its 5 seconds.
    ///
    /// runsvdir wakes when its log pipe (its own standard error) has something to read, looks again when the folder's
    /// modification time has changed, at most once a second, and sleeps a second more when that time is this second's.
    func nudge() {
        guard let pid = supervisor()?.pid else { return }
        let descriptor = open("/proc/\(pid)/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = Glibc.write(descriptor, ".", 1)
    }

    /// Polls until `condition` holds; false when `limit` has passed.
    func wait(limit: Duration, until condition: () throws -> Bool) async throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while try !condition() {
            guard clock.now < end else { return false }
            try await Task.sleep(for: Limits.poll)
        }
        return true
    }
}
