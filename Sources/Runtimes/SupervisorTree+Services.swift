import DurableFiles
import Foundation
import Glibc

extension SupervisorTree {
    /// Puts a service into the tree: an identical one is left alone, a changed one takes effect on its next start.
    package func install(_ service: Service) async throws {
        try service.validate()
        let folder = serviceFolder(service.name)
        let definition = try ServiceDefinition(service, runit: Runit(), tree: try treeName())
        try writeLogFolder(of: service)
        if folder.isInstalled {
            guard !definition.isWritten(in: "\(folder.path)/definition") else { return }
            let old = folder.service
            let movesLog = old?.logFolder != service.logFolder || (old?.sealed == nil) != (service.sealed == nil)
            try folder.replace(with: definition)
            // What reads the log starts again alone; its pipe stays with runsv, so that no line is lost.
            if movesLog && folder.isSupervised { try folder.control("t", log: true) }
            return
        }
        guard serviceFolders().count < Limits.services else {
            throw RuntimeFault.tooManyServices(limit: Limits.services)
        }
        let new = ServiceFolder(name: service.name, path: "\(incoming)/\(UUID().uuidString)")
        try new.create(definition, startsAtBoot: service.startsAtBoot)
        try moveIntoPlace(new, at: folder)
        if isRunning() { try await waitForSupervision(of: folder) }
    }

    /// Starts a service, now and after every boot; returns when its process runs or has ended at once.
    package func start(_ name: String) async throws {
        let folder = try installed(name)
        let exits = folder.recentExits
        try folder.setWanted(true)
        try folder.control("u")
        let running = try await wait(limit: Limits.supervisor) {
            // A new exit means that it was started and ended at once: its status tells.
            if folder.record?.state == 1 || folder.recentExits != exits { return true }
            if let waiting = folder.backOff { kill(waiting.pid, SIGTERM) }
            return false
        }
        guard running else {
            throw RuntimeFault.tookTooLong(service: name, wanted: "running", seconds: Self.seconds(Limits.supervisor))
        }
    }

    /// Stops a service until it is started again: SIGTERM, and SIGKILL to its whole process group after `deadline`
    /// (its own `stopSeconds` when nil).
    package func stop(_ name: String, deadline: Duration? = nil) async throws {
        let folder = try installed(name)
        try folder.setWanted(false)
        guard folder.isSupervised else { return }
        try folder.control("d")
        let limit = deadline ?? .seconds(folder.service?.stopSeconds ?? 10)
        if try await wait(limit: limit, until: { self.isDown(folder) }) { return }
        let down = try await wait(limit: Limits.kill + .seconds(Limits.stragglerSeconds)) {
            if let record = folder.record, record.state == 1, record.pid > 0 {
                // The run script is no group leader until chpst has made it one.
                if ProcessEntry(pid: record.pid)?.group == record.pid { kill(-record.pid, SIGKILL) }
                kill(record.pid, SIGKILL)
            }
            return self.isDown(folder)
        }
        guard down else { throw RuntimeFault.tookTooLong(service: name, wanted: "down", seconds: Self.seconds(limit)) }
    }

    /// Asks a service to stop until it is started again, and does not wait for it.
    package func requestStop(_ name: String) async throws {
        let folder = try installed(name)
        try folder.setWanted(false)
        if folder.isSupervised { try folder.control("d") }
    }

    /// What a service was installed as; nil when there is none of that name.
    package func service(named name: String) -> Service? { serviceFolder(name).service }

    /// Stops a service and takes it out of the tree; its log folder stays for whoever investigates.
    package func remove(_ name: String) async throws {
        guard serviceFolder(name).isInstalled else { return }
        try await stop(name)
        let folder = serviceFolder(name)
        let old = ServiceFolder(name: name, path: "\(incoming)/\(UUID().uuidString)")
        guard rename(folder.path, old.path) == 0 else { throw FileFault(operation: "move", path: folder.path) }
        if old.isSupervised { try old.control("x") }
        let gone = try await wait(limit: Limits.supervisor) {
            self.nudge()
            return !old.isSupervised
        }
        guard gone else {
            throw RuntimeFault.tookTooLong(service: name, wanted: "removed", seconds: Self.seconds(Limits.supervisor))
        }
        try FileManager.default.removeItem(atPath: old.path)
    }

    package func status(_ name: String) throws -> ServiceStatus { try installed(name).status() }

    /// The names of all installed services, sorted.
    package func names() -> [String] { serviceFolders().map(\.name) }

    /// Every installed service, in the order of their names.
    package func statuses() -> [ServiceStatus] { serviceFolders().map { $0.status() } }

    /// The last lines of the service's log, oldest first, each with its time (UTC, ISO 8601) in front.
    package func logLines(_ name: String, last count: Int) throws -> [String] {
        try log(name).lines(last: count)
    }

    /// Reads the service's log from some place on, as it grows; nil while it has written none.
    package func followLog(_ name: String, from start: LogStart) throws -> LogFollower? {
        LogFollower(log: try log(name), at: start)
    }
}

extension SupervisorTree {
    func serviceFolder(_ name: String) -> ServiceFolder { ServiceFolder(name: name, path: "\(services)/\(name)") }

    func serviceFolders() -> [ServiceFolder] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: services)) ?? []
        return names.filter { Service.accepts(name: $0) }.sorted().map(serviceFolder)
    }

    private func installed(_ name: String) throws -> ServiceFolder {
        guard Service.accepts(name: name), serviceFolder(name).isInstalled else {
            throw RuntimeFault.notInstalled(service: name)
        }
        return serviceFolder(name)
    }

    private func log(_ name: String) throws -> ServiceLog {
        guard let service = try installed(name).service else { throw RuntimeFault.notInstalled(service: name) }
        return ServiceLog(folder: service.logFolder)
    }

    /// Whether the process has ended; a wait between two starts is cut short on the way.
    private func isDown(_ folder: ServiceFolder) -> Bool {
        guard let record = folder.record, folder.isSupervised else { return true }
        if !record.wantedUp, let waiting = folder.backOff { kill(waiting.pid, SIGTERM) }
        return record.state == 0
    }

    /// Tells this tree's control groups from another's: the identity of its folder.
    func treeName() throws -> String {
        try FileManager.default.createDirectory(
            atPath: services, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.createDirectory(
            atPath: incoming, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var status = stat()
        guard stat(services, &status) == 0 else { throw FileFault(operation: "read", path: services) }
        return "\(status.st_dev)-\(status.st_ino)"
    }

    private func writeLogFolder(of service: Service) throws {
        try FileManager.default.createDirectory(
            atPath: service.logFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        let path = "\(service.logFolder)/config"
        if FileManager.default.contents(atPath: path) != Data(service.logConfiguration.utf8) {
            try DurableFile.write(service.logConfiguration, to: path)
        }
    }

    /// Renames, then sets a modification time that runsvdir has not seen and that is not this second; see `nudge`.
    private func moveIntoPlace(_ new: ServiceFolder, at folder: ServiceFolder) throws {
        var before = stat()
        guard stat(services, &before) == 0 else { throw FileFault(operation: "read", path: services) }
        guard rename(new.path, folder.path) == 0 else { throw FileFault(operation: "install", path: folder.path) }
        try DurableFile.synchronizeFolder(of: folder.path)
        let seconds = min(before.st_mtim.tv_sec - 1, time(nil) - 3)
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        guard utimensat(AT_FDCWD, services, times, 0) == 0 else {
            throw FileFault(operation: "set the time of", path: services)
        }
    }

    private static func seconds(_ duration: Duration) -> Int { Int(duration.components.seconds) }
}
