import Deployments
import Domain
import DurableFiles
import Foundation
import Runtimes

/// A release's processes as services of the supervisor.
extension SupervisedSlots {
    func service(
        _ name: ServiceName, _ definition: ProcessDefinition, release: Release, root: String, port: Int?,
        common: [String: String], sealed: SealedVariables? = nil, stopSeconds: Double
    ) async throws -> Service {
        let command = [program(definition.command[0], in: root)] + Array(definition.command.dropFirst())
        var variables = common
        variables["HOST"] = port.map { _ in "127.0.0.1" }
        variables["PORT"] = port.map(String.init)
        variables["RELEASE_NAME"] = release.manifest.name.rawValue
        variables["RELEASE_VERSION"] = release.manifest.version.rawValue
        variables["RELEASE_DIGEST"] = release.digest.rawValue
        variables["RELEASE_COMMIT"] = release.manifest.commit
        variables["ENVIRONMENT"] = name.environment.rawValue
        variables["SLOT"] = name.slot.rawValue
        variables["PROCESS"] = name.process.rawValue
        variables["INSTANCE"] = "\(name.instance)"
        return try await Service(
            name: name.text,
            command: command,
            environment: variables,
            workingDirectory: root,
            unixUser: UnixUser.ensure(environment: name.environment)?.name,
            openFiles: definition.openFiles,
            memoryLimit: definition.memoryLimit,
            stopSeconds: Int(stopSeconds.rounded(.up)),
            logFolder: "\(folder.logs)/\(name.text)",
            startsAtBoot: false,
            sealed: sealed
        )
    }

    /// What a release's web process is tried as, on a clone: with its own variables and those for rehearsals, and none of
    /// the environment's. Nil where nothing of it runs in the slot.
    func trialService(
        of running: RunningRelease, in environment: EnvironmentDefinition, folder: String, settings: [String: String]
    ) async throws -> Service? {
        let release = try await catalog.release(running.release.digest)
        guard let (process, definition) = release.manifest.processes.first(where: { $0.value.kind == .web }) else {
            return nil
        }
        let root = releases.root(of: release.digest, in: environment.name)
        try await releases.verify(root)
        var common = release.manifest.environment.merging(settings) { _, ours in ours }
        let shared = "\(folder)/shared"
        try FileManager.default.createDirectory(
            atPath: shared, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        try await UnixUser.ensure(environment: environment.name)?.own(shared)
        common["SHARED_DIRECTORY"] = shared
        let name = ServiceName(
            environment: environment.name, slot: running.slot, kind: .web, process: process, instance: 1)
        return try await service(
            name, definition, release: release, root: root, port: 1, common: common,
            stopSeconds: environment.policy.stopSeconds)
    }

    private func program(_ text: String, in root: String) -> String {
        let inside = "\(root)/\(text)"
        return text.hasPrefix("/") || !FileManager.default.isExecutableFile(atPath: inside) ? text : inside
    }
}
