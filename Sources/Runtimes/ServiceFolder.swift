import DurableFiles
import Foundation
import Glibc

/// A service's folder as runsv sees it.
///
/// The folder itself keeps its inode, by which runsvdir knows it, so that a changed definition restarts nothing:
/// `run`, `finish` and `log/run` point into `definition`, a link that is exchanged in one rename.
///
///     NAME/run, finish, log/run   links into definition/
///     NAME/definition             link to definitions/N/{run,finish,log-run,service.json,format,env/}
///     NAME/state/                 process, started, exits, failures: written by the scripts
///     NAME/down                   there while the service is not wanted
///     NAME/supervise/             runsv's own
struct ServiceFolder: Sendable {
    let name: String
    let path: String

    var isInstalled: Bool { access("\(path)/run", F_OK) == 0 }

    /// Whether a runsv holds the folder: only then somebody reads its fifo.
    var isSupervised: Bool {
        let descriptor = open("\(path)/supervise/ok", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    var record: SuperviseRecord? {
        FileManager.default.contents(atPath: "\(path)/supervise/status").flatMap(SuperviseRecord.init)
    }

    var service: Service? {
        FileManager.default.contents(atPath: "\(path)/definition/service.json")
            .flatMap { try? JSONDecoder().decode(Service.self, from: $0) }
    }

    /// Writes command letters (runsv(8), CONTROL) to runsv; `log` speaks to the log's runsv.
    func control(_ letters: String, log: Bool = false) throws {
        let fifo = log ? "\(path)/log/supervise/control" : "\(path)/supervise/control"
        let descriptor = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw RuntimeFault.notSupervised(service: name) }
        defer { close(descriptor) }
        let bytes = Array(letters.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw FileFault(operation: "write", path: fifo)
        }
    }

    /// Keeps whether the service is wanted across the death of its supervisor.
    func setWanted(_ wanted: Bool) throws {
        if wanted {
            unlink("\(path)/down")
            unlink("\(path)/state/failures")
            try DurableFile.synchronizeFolder(of: "\(path)/down")
        } else {
            try DurableFile.write("", to: "\(path)/down")
        }
    }

    /// Whether the wait between two starts goes on: the finish script has become `sleep`.
    var backOff: ProcessEntry? {
        guard let record, record.state == 2, let entry = ProcessEntry(pid: record.pid), entry.program == "sleep" else {
            return nil
        }
        return entry
    }

    func status() -> ServiceStatus {
        let record = isSupervised ? record : nil
        let state: ServiceStatus.State =
            switch record?.state {
            case 1: .run
            case 2: backOff == nil ? .finish : .backingOff
            default: .down
            }
        let pid = record.flatMap { $0.state == 1 && $0.pid > 0 ? $0.pid : nil }
        let limits = pid.map { LimitsInForce(pid: $0) }
        let isUnlimited = limits.map { $0.memory == nil } ?? false
        return ServiceStatus(
            name: name, state: state, pid: pid, since: record?.since ?? .distantPast,
            wantedUp: record?.wantedUp ?? (access("\(path)/down", F_OK) != 0), recentExits: recentExits,
            limitsInForce: limits,
            memoryLimitObstacle: isUnlimited && service?.memoryLimit != nil
                ? ControlGroup.obstacleToMemoryLimits : nil)
    }

    var recentExits: [ServiceStatus.Exit] {
        let text = (try? String(contentsOfFile: "\(path)/state/exits", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(Limits.recentExits).compactMap { line in
            let fields = line.split(separator: " ").compactMap { Int64($0) }
            guard fields.count == 4 else { return nil }
            return ServiceStatus.Exit(
                started: Date(timeIntervalSince1970: TimeInterval(fields[0])),
                ended: Date(timeIntervalSince1970: TimeInterval(fields[1])),
                code: fields[2] >= 0 ? Int32(fields[2]) : nil, signal: fields[2] >= 0 ? nil : Int32(fields[3]))
        }
    }
}
