import Domain
import DurableFiles
import Foundation
import Glibc

/// Where everything of one Switchyard lies; the layout is part of the product and documented in ARCHITECTURE.md.
package struct StateFolder: Sendable {
    package let path: String

    package init(path: String) {
        self.path = (path as NSString).standardizingPath
    }

    package var database: String { "\(path)/switchyard.sqlite" }
    package var spool: String { "\(path)/spool.json" }
    package var artifacts: String { "\(path)/artifacts" }
    /// Unpacked releases, by digest.
    package var releases: String { "\(path)/releases" }
    package var haproxy: String { "\(path)/haproxy" }
    /// Where HAProxy's workers bring their request log; `HAProxyFolder` names the socket in it.
    var telemetry: String { "\(path)/telemetry" }
    package var postgres: String { "\(path)/postgres" }
    package var supervisor: String { "\(path)/supervisor" }
    package var logs: String { "\(path)/logs" }
    package var backups: String { "\(path)/backups" }
    package var evidence: String { "\(path)/evidence" }
    /// Clones of databases while they are rehearsed on.
    package var rehearsals: String { "\(path)/rehearsals" }
    package var incoming: String { "\(path)/incoming" }
    package var shared: String { "\(path)/shared" }
    /// The audit record with its keys.
    package var audit: String { "\(path)/audit" }
    package var secrets: String { "\(path)/secrets" }
    /// The keys of all secrets, unless systemd hands them over: mode 0400, and outside of every backup of the state.
    package var keyRing: String { "\(secrets)/key-ring.json" }
    /// What the redactors know, a file for each environment.
    var knownSecrets: String { "\(secrets)/known" }
    func knownSecrets(of environment: EnvironmentName) -> String { "\(knownSecrets)/\(environment).json" }
    /// What single commands are started with, each file until it was read.
    var commandStarts: String { "\(secrets)/commands" }
    /// How many admins there are, for when the database cannot be read.
    var admins: String { "\(path)/admins" }
    /// Which notices of break-glass were delivered.
    var notices: String { "\(path)/notices.json" }
    /// Who changed the configuration when.
    var configurationRecord: String { "\(path)/configuration.json" }
    /// The configuration that was in force before the last change.
    var previousConfiguration: String { "\(path)/configuration.previous.yaml" }
    /// Where the proxy's part of another configuration is tried.
    var configurationTrial: String { "\(path)/trial" }
    package func slotTable(of environment: String) -> String { "\(path)/slots/\(environment).json" }

    /// Where the command line finds the API: its URL and the process that serves it.
    package var endpoint: String { "\(path)/api.json" }
    /// What the command line shows to be let in.
    package var token: String { "\(path)/token" }
    private var lockFile: String { "\(path)/lock" }

    /// The folders with their modes; the state folder can be passed through by the environments' users, but not read.
    private var folders: [(path: String, mode: mode_t)] {
        [
            (path, 0o711), (artifacts, 0o700), (releases, 0o755), (logs, 0o700), (backups, 0o700), (evidence, 0o700),
            (rehearsals, 0o711), (incoming, 0o700), (secrets, 0o700), (audit, 0o700), (shared, 0o711),
            ("\(path)/slots", 0o700),
            (telemetry, 0o711),
        ]
    }

    /// What nobody else may own.
    var ownPaths: [String] { folders.map(\.path) + [lockFile, format, database, spool, token, endpoint] }

    /// Makes the folders, or gives them their modes again; throws for what belongs to another user.
    ///
    /// Answers what was open to others until now, a sentence each.
    @discardableResult
    package func make() throws -> [String] {
        try requireOwn()
        return try folders.compactMap { try makeFolder($0.path, mode: $0.mode) } + [closeToken()].compactMap(\.self)
    }

    /// Keeps a second control plane out for as long as this process lives; throws when there is one already.
    ///
    /// Makes the state folder where it is missing, and nothing in it; answers whether it was.
    @discardableResult
    package func lock() throws -> Bool {
        let isNew = try makeFolder(path)
        let descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let fault = FileFault(operation: "open", path: lockFile)
            if isNew { rmdir(path) }
            throw fault
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ControlPlaneError.alreadyRunning(state: path)
        }
        return isNew
    }

    /// Removes a folder that this process has made in vain: nothing was ever started from it. Only after `lock()`.
    func removeUnused() {
        guard !FileManager.default.fileExists(atPath: supervisor) else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The format of everything in the folder: raised whenever an older Switchyard could not go on from what a newer one
    /// left. Older formats are read by every newer version; `Tests/ControlPlaneTests/Formats` has one of each.
    package static let currentFormat = 4

    /// Throws `newerState` for a folder that a newer Switchyard wrote. Only after `lock()`, and before anything else is
    /// read.
    package func refuseNewer() throws {
        guard let known = knownFormat, known.format > Self.currentFormat else { return }
        throw ControlPlaneError.newerState(
            path: path, format: known.format, version: known.version, ours: SwitchyardVersion.current)
    }

    /// Shuts older versions out of the folder. Only once all that is kept for the way back is there: while an upgrade can
    /// still be refused, the older version can go on.
    package func takeOver() throws {
        let current = StateFormat(format: Self.currentFormat, version: SwitchyardVersion.current)
        guard knownFormat != current else { return }
        try DurableFile.write(JSONEncoder().encode(current), to: format, mode: 0o600)
    }

    private var format: String { "\(path)/format.json" }

    private var knownFormat: StateFormat? {
        FileManager.default.contents(atPath: format).flatMap { try? JSONDecoder().decode(StateFormat.self, from: $0) }
    }

    /// What `format.json` says; a folder without one is of format 1.
    private struct StateFormat: Codable, Equatable {
        var format: Int
        /// Of the Switchyard that wrote it last.
        var version: String
    }

    /// Removes what uploads left behind when the control plane ended under them; only after `lock()`.
    package func clearIncoming() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: incoming) {
            try FileManager.default.removeItem(atPath: "\(incoming)/\(name)")
        }
    }

    /// The API token: made at the first start, readable by its owner only.
    package func loadOrMakeToken() throws -> String {
        let file = SecretFile(path: token)
        // An empty file is none: its token would let in everybody who shows none.
        return try file.secret ?? file.make(bytes: 32)
    }
}

/// What `api.json` says.
package struct Endpoint: Codable, Equatable, Sendable {
    package var url: String
    package var pid: Int32

    package init(url: String, pid: Int32) {
        self.url = url
        self.pid = pid
    }
}
