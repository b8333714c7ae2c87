import API
import Audit
import Deployments
import Domain
import Foundation
import Glibc
import Logging
import Runtimes
import ServiceLifecycle

/// Prepares commands that somebody's command line runs once in a release, and keeps their record.
///
/// The command line starts the command, so that its terminal, its signals and its exit code are the caller's own. When
/// that process is gone without having told the end, the record is closed with that.
actor OneOffCommands {
    private let environments: Environments
    private let catalog: any ReleaseCatalog
    private let slots: SupervisedSlots
    private let journal: Journal
    private let running: RunningCommands
    private let starts: CommandStarts
    private let accesses: DataAccesses
    private let log: OwnLog
    private let logger: Logger
    private let began = Date()
    /// Whether the commands are known that an earlier control plane prepared.
    private var isRecovered = false

    init(
        environments: Environments, catalog: any ReleaseCatalog, slots: SupervisedSlots, journal: Journal,
        running: RunningCommands, starts: CommandStarts, accesses: DataAccesses, log: OwnLog, logger: Logger
    ) {
        self.log = log
        self.starts = starts
        self.accesses = accesses
        self.environments = environments
        self.catalog = catalog
        self.slots = slots
        self.journal = journal
        self.running = running
        self.logger = logger
    }

    /// Checks the release, finds the program and writes the command down.
    ///
    /// That it gets the database's address is recorded before.
    func prepare(_ request: RunRequest, in name: String, by actor: AuditActor?) async throws -> PreparedCommand {
        let deployer = try environments.deployer(of: name)
        let environment = deployer.environment
        guard let word = request.words.first, !word.isEmpty else {
            throw ControlPlaneError.invalidParameter(name: "words", value: "", expected: "a command")
        }
        guard request.process.isAlive else {
            throw ControlPlaneError.invalidParameter(
                name: "process", value: "\(request.process.pid)", expected: "a process that runs on this machine")
        }
        let (slot, release) = try await place(of: request.release, in: deployer.table)
        let command = OneOffCommand(
            id: UUID(), environment: environment.name, release: release, slot: slot,
            words: [log.redacting(request.words.joined(separator: " "))],
            requestedBy: request.requestedBy ?? "somebody", process: request.process, createdAt: Date())
        // Before the release is looked at: from here on it is not removed.
        running.add(command)
        do {
            let surroundings = try await slots.surroundings(in: slot, of: environment)
            guard let program = surroundings.program(named: word) else {
                throw ControlPlaneError.commandNotFound(word, release)
            }
            try await journal.record(command)
            var variables = surroundings.variables
            if environment.database != .none {
                let name = try await accesses.admit(
                    command.id, words: command.command, program: program, release: release, in: environment.name,
                    by: actor)
                variables["PGAPPNAME"] = variables["PGAPPNAME"] ?? name
            }
            let start = ProcessStart(
                command: [program] + request.words.dropFirst(), environment: variables,
                workingDirectory: surroundings.folder, unixUser: surroundings.unixUser, sealed: surroundings.sealed)
            return PreparedCommand(
                command: command, program: program, folder: surroundings.folder, start: try starts.keep(start),
                userID: Int(surroundings.userID), groupID: Int(surroundings.groupID),
                stopSeconds: environment.policy.stopSeconds)
        } catch {
            running.remove(command)
            throw error
        }
    }

    /// Where a command runs that has not ended.
    func environment(of id: UUID) throws -> EnvironmentName {
        guard let command = running[id] else { throw ControlPlaneError.unknownCommand(id) }
        return command.environment
    }

    /// Writes down how a command ended.
    func end(_ id: UUID, _ end: CommandEnd) async throws -> OneOffCommand {
        guard let command = running[id] else { throw ControlPlaneError.unknownCommand(id) }
        let ended = command.ended(end.exitCode, at: Date(), because: end.reason)
        try await journal.record(ended)
        running.remove(command)
        return ended
    }

    /// The slot whose release is meant: the one that takes new requests, unless another one is named.
    private func place(of text: String?, in table: SlotTable) async throws -> (SlotName, ReleaseReference) {
        guard let text else {
            guard let slot = table.leading, let release = slot.occupant?.release else {
                throw ControlPlaneError.nothingToRunIn(table.environment)
            }
            return (slot.name, release)
        }
        let digest = try await catalog.find(text).digest
        let ready = table.slots.filter { $0.role != .rejected && $0.occupant?.ports.isEmpty == false }
        // The serving one first: a release may sit in two slots.
        let candidates = [table.leading].compactMap { $0 } + ready
        guard let slot = candidates.first(where: { $0.occupant?.release.digest == digest }),
            let release = slot.occupant?.release
        else {
            throw ControlPlaneError.inNoSlot(text, table.environment, ready.compactMap { $0.occupant?.release })
        }
        return (slot.name, release)
    }
}

// MARK: - Commands whose end nobody tells

extension OneOffCommands: ServiceLifecycle.Service {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.concludeOrphans()
                try? await Task.sleep(for: Limits.commandInterval)
            }
        }
    }

    private func concludeOrphans() async {
        await recover()
        for command in running.all where !command.process.isAlive {
            let ended = command.ended(
                nil, at: Date(), because: "its command line ended without telling how the command did")
            do {
                try await journal.record(ended)
                running.remove(command)
            } catch {
                logger.warning("a one-off command's end is not written down yet", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Takes up what an earlier control plane prepared, as soon as the records can be read.
    private func recover() async {
        guard !isRecovered, let recent = try? await journal.commands(of: nil, last: Limits.mostDeployments)
        else { return }
        isRecovered = true
        for command in recent where command.outcome == nil && command.createdAt < began { running.add(command) }
    }
}
