import Domain
import DurableFiles
import Foundation
import Runtimes

/// A release's processes as services of the supervisor.
extension SupervisedSlots {
    func service(
        _ name: ServiceName, _ definition: ProcessDefinition, release: Release, root: String, port: Int?,
        common: [String: String], stopSeconds: Double
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
            startsAtBoot: false
        )
    }

    private func program(_ text: String, in root: String) -> String {
        let inside = "\(root)/\(text)"
        return text.hasPrefix("/") || !FileManager.default.isExecutableFile(atPath: inside) ? text : inside
    }
}
