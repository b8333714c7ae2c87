import Domain
import DurableFiles
import Foundation
import Glibc
import Runtimes

/// What a release's processes find around them, for a command beside them.
struct ProcessSurroundings: Sendable {
    /// The release's root.
    let folder: String
    /// What is no secret, PATH, HOME and LANG included.
    let variables: [String: String]
    let sealed: SealedVariables?
    let unixUser: String?
    let userID: uid_t
    let groupID: gid_t

    /// The program that a command's first word means, as for the processes in `release.yaml`: a file of the release,
    /// or one on the PATH; nil when there is none that can be executed. A file that is named by its path and cannot be is
    /// answered all the same: whoever starts it hears why.
    func program(named word: String) -> String? {
        let folders = word.contains("/") ? [] : (variables["PATH"] ?? "").split(separator: ":").map(String.init)
        let places = word.hasPrefix("/") ? [word] : ([folder] + folders).map { "\($0)/\(word)" }
        let files = places.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
        let named = word.contains("/") ? files.first : nil
        return files.first { FileManager.default.isExecutableFile(atPath: $0) } ?? named
    }
}

extension SupervisedSlots {
    /// What the processes of a slot were given when it was prepared; the release is checked once more.
    ///
    /// A database of Switchyard's own is reached as `commands`, a login role with the slots' rights: its statements and
    /// locks can be told from those that serve users, and it takes none of their connections.
    func surroundings(
        in slot: SlotName, of environment: EnvironmentDefinition
    ) async throws -> ProcessSurroundings {
        guard let name = await names(in: slot, of: environment.name).first,
            let service = await tree.service(named: name.text)
        else { throw ControlPlaneError.nothingToRunIn(environment.name) }
        try await releases.verify(service.workingDirectory)
        let user = service.unixUser.flatMap { UnixUser(named: $0) }
        var variables = [
            "PATH": Runit.searchPath, "HOME": user?.home ?? service.workingDirectory, "LANG": "C.UTF-8",
        ].merging(service.environment) { _, given in given }
        variables["HOST"] = nil
        variables["PORT"] = nil
        variables["PROCESS"] = "command"
        variables["INSTANCE"] = "1"
        var sealed = service.sealed
        if let url = try await databases.urlForCommands(of: environment) {
            variables["DATABASE_URL"] = nil
            let record = try self.variables.seal(url, in: environment.name)
            sealed?.records.removeAll { $0.name == record.name }
            sealed?.records.append(record)
            try await self.variables.publish(environment.name, adding: [record])
        }
        return ProcessSurroundings(
            folder: service.workingDirectory, variables: variables, sealed: sealed, unixUser: service.unixUser,
            userID: user?.userID ?? geteuid(),
            groupID: user?.groupID ?? getegid())
    }
}
