import Deployments
package import Domain
import DurableFiles
import Foundation
import Glibc
import Ports
import Releases
import Runtimes

/// Runs releases in slots as services of the supervisor tree.
package struct SupervisedSlots: Sendable {
    let tree: SupervisorTree
    let catalog: any ReleaseCatalog
    let releases: UnpackedReleases
    let databases: EnvironmentDatabases
    let variables: EnvironmentVariables
    private let commands: RunningCommands
    let folder: StateFolder

    init(
        tree: SupervisorTree, catalog: any ReleaseCatalog, releases: UnpackedReleases,
        sealed: SealedParts, commands: RunningCommands, folder: StateFolder
    ) {
        self.tree = tree
        self.catalog = catalog
        self.releases = releases
        databases = sealed.databases
        variables = sealed.variables
        self.commands = commands
        self.folder = folder
    }
}

extension SupervisedSlots: SlotRuntime {
    package func prepare(
        _ occupant: Occupant, in slot: SlotName, of environment: EnvironmentDefinition, variables: VariableVersions?
    ) async throws -> [Int] {
        let release = try await catalog.release(occupant.release.digest)
        // Without ports, what is in the slot is left over from an attempt that was interrupted.
        if occupant.ports.isEmpty {
            try await clear(slot, of: environment.name, within: .zero)
            removeLogs(of: slot, in: environment.name)
        }
        let root = try await releases.unpack(
            release.digest, for: environment.name,
            isInUse: runsAnything(from: releases.root(of: release.digest, in: environment.name))
        )
        try await shareAssets(of: release, root: root, in: environment.name)
        let shared = try await makeSharedFolders(of: release.manifest, root: root, in: environment.name)
        let count = environment.webInstances(of: release.manifest)
        let ports = occupant.ports.count == count ? occupant.ports : try FreePort.find(count: count)
        let given = try await give(variables, to: release, in: slot, of: environment)
        var common = given.settings
        common["SHARED_DIRECTORY"] = shared
        var starting: [String] = []
        for (process, definition) in release.manifest.processes {
            for instance in 1...max(1, environment.instances(of: process, in: release.manifest)) {
                let name = ServiceName(
                    environment: environment.name, slot: slot, kind: definition.kind, process: process,
                    instance: instance
                )
                let port = definition.kind == .web ? ports[instance - 1] : nil
                let service = try await service(
                    name, definition, release: release, root: root, port: port, common: common,
                    sealed: given.sealed, stopSeconds: environment.policy.stopSeconds
                )
                try await install(service)
                if definition.kind == .web { starting.append(service.name) }
            }
        }
        // Once more: what was published meanwhile went by the definitions of before.
        try await self.variables.publish(environment.name)
        for name in starting { try await tree.start(name) }
        return ports
    }

    package func verify(_ slot: SlotName, of environment: EnvironmentName) async throws {
        guard let name = await names(in: slot, of: environment).first,
            let service = await tree.service(named: name.text)
        else { return }
        try await releases.verify(service.workingDirectory)
    }

    package func start(
        _ kind: ProcessDefinition.Kind, in slot: SlotName, of environment: EnvironmentName
    ) async throws {
        for name in await names(in: slot, of: environment) where name.kind == kind {
            try await tree.start(name.text)
        }
    }

    package func stop(
        _ kind: ProcessDefinition.Kind, in slot: SlotName, of environment: EnvironmentName,
        waiting deadline: Duration?
    ) async throws {
        for name in await names(in: slot, of: environment) where name.kind == kind {
            if let deadline {
                try await tree.stop(name.text, deadline: deadline)
            } else {
                try await tree.requestStop(name.text)
            }
        }
    }

    package func clear(_ slot: SlotName, of environment: EnvironmentName, within deadline: Duration) async throws {
        let names = await names(in: slot, of: environment)
        for name in names { try await tree.requestStop(name.text) }
        for name in names {
            try await tree.stop(name.text, deadline: deadline)
            try await tree.remove(name.text)
        }
    }

    package func removeReleases(
        of environment: EnvironmentName, except needed: @Sendable () async -> Set<ArtifactDigest>
    ) async throws {
        try await releases.remove(of: environment) {
            await needed().union(commands.digests(in: environment))
        }
    }
}

extension SupervisedSlots {
    /// Whether a service of any slot, started or not, has its files in a folder.
    private func runsAnything(from root: String) async -> Bool {
        for name in await tree.names() where await tree.service(named: name)?.workingDirectory == root {
            return true
        }
        return false
    }

    func names(in slot: SlotName, of environment: EnvironmentName) async -> [ServiceName] {
        await tree.names().compactMap(ServiceName.init)
            .filter { $0.environment == environment && $0.slot == slot }
    }
}
