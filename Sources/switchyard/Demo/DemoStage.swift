import API
import ControlPlane
import Domain
import DurableFiles
import Foundation
import Glibc
import Releases
import Runtimes

/// The folder and the processes of a demo: a supervisor tree with a control plane in it.
struct DemoStage: Sendable {
    private static let startDeadline: Duration = .seconds(60)

    let folder: String
    private let tree: SupervisorTree
    private let program: String

    init(folder: String) throws {
        self.folder = URL(filePath: folder).path
        tree = SupervisorTree(folder: StateFolder(path: self.folder).supervisor)
        program = try OwnProgram.path()
        try FileManager.default.createDirectory(
            atPath: self.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711]
        )
        // Whose folder it is can exchange what is in it, and the supervisor tree in it starts programs.
        var status = stat()
        guard lstat(self.folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            throw CommandExit(.wentWrong, "\(self.folder) is no folder of yours: name another one with --state.")
        }
    }

    /// Makes a folder with a name that nobody could know before.
    static func makeTemporaryFolder() throws -> String {
        var path = Array("/tmp/switchyard-demo-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else { throw FileFault(operation: "make a folder of the form", path: path.text) }
        return path.text
    }

    /// Speaks to the demo's control plane.
    var client: SwitchyardClient {
        get throws { try state.client() }
    }

    var state: ConnectionOption {
        var state = StateOption()
        state.path = folder
        var connection = ConnectionOption()
        (connection.state, connection.url, connection.tokenFile, connection.caFile) = (state, nil, nil, nil)
        return connection
    }

    /// Writes the configuration and starts the control plane as a service of the tree.
    func set() async throws {
        try StateFolder(path: folder).make()
        try DurableFile.write(Self.configuration, to: "\(folder)/switchyard.yaml")
        try await tree.start()
        let service = try Service(
            name: "switchyard",
            command: [program, "serve", "--config", "\(folder)/switchyard.yaml", "--state", folder],
            workingDirectory: folder, stopSeconds: 15, logFolder: "\(folder)/logs/switchyard"
        )
        try await tree.install(service)
        try await tree.start(service.name)
        try await waitForControlPlane(service.name)
    }

    /// Ends every process of the demo, and removes its folder unless it is to be kept.
    func strike(keepingFolder keeps: Bool) async {
        do {
            if await tree.isRunning() { try await tree.stop(deadline: .seconds(20)) }
            if !keeps { try FileManager.default.removeItem(atPath: folder) }
        } catch {
            Terminal.complain("The demo was not cleared away: \(error). It is in \(folder).")
        }
    }

    /// Puts a release of FreightOps Pro together and adds it to the store.
    func add(release version: String) async throws -> Release {
        let source = try FreightOpsSource(beside: program)
        let assembled = "\(folder)/assembled/\(version)"
        try await source.assemble(version, into: assembled)
        return try await pack(assembled, version)
    }

    private func pack(_ assembled: String, _ version: String) async throws -> Release {
        let archive = "\(folder)/assembled/\(version).tar.zst"
        let packed = try ReleasePacker.pack(folder: assembled, to: archive)
        defer { unlink(archive) }
        return try await client.addRelease(archive: archive, size: packed.size).release
    }

    /// Puts a release together from another one with a line of its release.yaml changed.
    func add(release version: String, from base: String, changing line: String, to changed: String) async throws
        -> Release
    {
        try await pack(assemble(version, from: base, changing: (line, changed)), version)
    }

    private func assemble(
        _ version: String, from base: String, changing line: (before: String, after: String)? = nil
    ) async throws -> String {
        let source = try FreightOpsSource(beside: program)
        let assembled = "\(folder)/assembled/\(version)"
        try await source.assemble(base, into: assembled)
        let manifest = "\(assembled)/release.yaml"
        var text = try String(contentsOfFile: manifest, encoding: .utf8)
        text.replace("version: \(base)", with: "version: \(version)")
        if let line { text.replace(line.before, with: line.after) }
        try DurableFile.write(text, to: manifest)
        return assembled
    }

    /// Puts a release together that differs from another one by a migration, as somebody in a hurry would write it.
    func add(release version: String, from base: String, migration: String, expand sql: String) async throws -> Release
    {
        let assembled = try await assemble(version, from: base)
        try FileManager.default.createDirectory(
            atPath: "\(assembled)/migrations/\(migration)", withIntermediateDirectories: false)
        try DurableFile.write(sql + "\n", to: "\(assembled)/migrations/\(migration)/expand.sql")
        return try await pack(assembled, version)
    }

    /// Changes the configuration while everything runs, and waits until it is in force.
    func apply(rollbackPeriod period: String) async throws {
        let text = Self.configuration.replacing("bake: 5s", with: "bake: 5s\n    rollback_period: \(period)")
        let before = try await client.configuration().lastChange?.number ?? 0
        _ = try await client.applyConfiguration(
            ConfigurationRequest(text: text, file: "\(folder)/switchyard.yaml", requestedBy: "demo"))
        let deadline = ContinuousClock.now + Self.startDeadline
        while true {
            let change = try? await client.configuration().lastChange
            if let change, change.number > before, change.outcome != nil { return }
            guard ContinuousClock.now < deadline else {
                throw CommandExit(.wentWrong, "The changed configuration of the demo did not come into force.")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func waitForControlPlane(_ service: String) async throws {
        let deadline = ContinuousClock.now + Self.startDeadline
        while true {
            do {
                _ = try await client.status()
                return
            } catch {
                guard ContinuousClock.now < deadline else {
                    let log = (try? await tree.logLines(service, last: 5).joined(separator: "\n")) ?? ""
                    throw CommandExit(.wentWrong, "The control plane of the demo did not start: \(error)\n\(log)")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private static let configuration = """
        # The demo's configuration; every line of it is explained in the README.
        application: freightops
        environments:
          production:
            domains: [app.freightops.com]
            database: embedded
            settings:
              SAMPLE_LOADS: "2000"
            canary_dwell: 5s
            split_dwell: 5s
            assignment_period: 20s
            # A laptop that does other things beside.
            rollback_triggers:
              max_response_time_increase: 100%
            bake: 5s
            contract_after: 5s
            drain: 10s
            close_spread: 5s
            recovery: 10s
        traffic:
          http: 127.0.0.1:0
          https: 127.0.0.1:0
        api:
          listen: 127.0.0.1:0

        """
}

extension [CChar] {
    /// The text before the terminating zero.
    fileprivate var text: String { String(decoding: prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) }
}
