import Domain
import DurableFiles
import Foundation
import Glibc
import Settings

/// The file that the control plane was started with: what it says at the next start.
struct ConfigurationFile: Sendable {
    /// Absolute, as the next start would find it.
    let path: String
    /// What `${NAME}` in it stands for.
    private let variables: [String: String]

    init(path: String, variables: [String: String]) {
        self.path = URL(filePath: path).path
        self.variables = variables
    }

    func text() throws -> String { try Domain.Configuration.text(of: path) }

    /// Throws `SettingsError` with every problem and its place.
    func parse(_ text: String, named name: String? = nil) throws -> Domain.Configuration {
        try Domain.Configuration.parse(text, file: name ?? path, variables: variables)
    }

    /// Replaces the file, through a link that leads to it; owner and mode stay.
    func replace(with text: String) throws {
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        var before = stat()
        let isThere = stat(target, &before) == 0
        try DurableFile.write(text, to: target, mode: isThere ? before.st_mode & 0o777 : 0o600)
        guard isThere, before.st_uid != geteuid() || before.st_gid != getegid() else { return }
        guard chown(target, before.st_uid, before.st_gid) == 0 else {
            throw FileFault(operation: "set the owner of", path: target)
        }
    }
}
