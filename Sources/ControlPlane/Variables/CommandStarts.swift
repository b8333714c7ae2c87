import Domain
import DurableFiles
import Foundation
import Glibc
import Runtimes

/// What single commands are started with: files that only Switchyard's account reads, each until it was read once.
///
/// So no secret goes over the API, and none is in a command line's own environment.
struct CommandStarts: Sendable {
    private let folder: String
    let databases: EnvironmentDatabases

    /// Removes what commands have left that were never started.
    init(folder: String, databases: EnvironmentDatabases, now: Date) {
        self.folder = folder
        self.databases = databases
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let path = "\(folder)/\(name)"
            let changed = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            guard now.timeIntervalSince(changed ?? .distantPast) > Limits.commandStartSeconds else { continue }
            unlink(path)
        }
    }

    /// Keeps one, and answers where it is.
    func keep(_ start: ProcessStart) throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = "\(folder)/\(UUID().uuidString).json"
        try DurableFile.write(JSONEncoder().encode(start), to: path, mode: 0o600)
        return path
    }
}
