import DurableFiles
import Foundation
import Glibc

/// Carries steps out on this machine, or in the root folder of another one (an image, a test).
package struct Installer: Sendable {
    /// The other root folder; empty for this machine's.
    package let root: String
    package let accounts: Accounts
    let systemd: Systemd

    /// Throws when this user may not install there.
    package init(root: String = "") throws(InstallationError) {
        let folder = root == "/" || root.isEmpty ? "" : URL(filePath: root).standardizedFileURL.path
        if folder.isEmpty, geteuid() != 0 { throw .rootNeeded }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder + "/", isDirectory: &isFolder), isFolder.boolValue else {
            throw .rootMissing(folder: folder)
        }
        self.root = folder
        accounts = Accounts(root: folder)
        systemd = Systemd(root: folder)
    }

    /// Whether systemd runs here, so that units take effect.
    package var isUnderSystemd: Bool { systemd.isRunning }
    package var hasConfiguration: Bool { exists(root + Installation.configuration) }

    /// Does what is not so already.
    package func perform(_ step: InstallationStep) async throws -> InstallationOutcome {
        if isDone(step) { return .unchanged }
        if let reason = obstacle(to: step) { return .skipped(reason: reason) }
        try await change(step)
        return .done
    }

    /// Has systemd read what was changed.
    package func finish() async throws { try await systemd.reload() }

    /// What `perform` would answer, with nothing changed.
    package func foresee(_ step: InstallationStep) -> InstallationOutcome {
        if isDone(step) { return .unchanged }
        return obstacle(to: step).map { .skipped(reason: $0) } ?? .done
    }

    private func isDone(_ step: InstallationStep) -> Bool {
        switch step {
        case .makeGroup(let name): accounts.groupID(of: name) != nil
        case .makeUser(let name): accounts.hasUser(name)
        case .makeFolder(let path, let mode, let group): isFolder(root + path, mode: mode, group: group)
        case .link(let path, let target): linkTarget(root + path) == target
        case .write(let path, let text, _): FileManager.default.contents(atPath: root + path) == Data(text.utf8)
        case .enable(let units): units.allSatisfy(systemd.isEnabled)
        case .disable(let units): !units.contains(where: systemd.isEnabled)
        case .start, .restart: false
        case .stop(let unit): !exists("\(root)\(Installation.unitFolder)/\(unit)")
        case .remove(let path): !exists(root + path)
        case .removeUser(let name): !accounts.hasUser(name)
        case .removeGroup(let name): accounts.groupID(of: name) == nil
        }
    }

    /// Why a step that is not done cannot be done here and is left out.
    private func obstacle(to step: InstallationStep) -> String? {
        switch step {
        case .makeGroup, .makeUser, .removeUser, .removeGroup: accounts.obstacle
        case .enable, .disable: systemd.isThere ? nil : "there is no systemctl"
        case .start, .restart, .stop: systemd.isRunning ? nil : "systemd does not run here"
        case .link(let path, _): isFolder(root + path) ? "it is a folder already, which stays in use" : nil
        case .makeFolder, .write, .remove: nil
        }
    }

    private func change(_ step: InstallationStep) async throws {
        switch step {
        case .makeGroup(let name): try await accounts.makeGroup(name)
        case .makeUser(let name): try await accounts.makeUser(name)
        case .makeFolder(let path, let mode, let group): try makeFolder(root + path, mode: mode, group: group)
        case .link(let path, let target): try link(root + path, to: target)
        case .write(let path, let text, let mode):
            try makeParent(of: root + path)
            try DurableFile.write(text, to: root + path, mode: mode)
        case .enable(let units): try await systemd.enable(units)
        case .start(let unit): try await systemd.control("start", unit)
        case .restart(let unit): try await systemd.control("restart", unit)
        case .stop(let unit): try await systemd.control("stop", unit)
        case .disable(let units): try await systemd.disable(units)
        case .remove(let path): try FileManager.default.removeItem(atPath: root + path)
        case .removeUser(let name): try await accounts.removeUser(name)
        case .removeGroup(let name): try await accounts.removeGroup(name)
        }
    }
}

extension Installer {
    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func isFolder(_ path: String, mode: mode_t, group: String?) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode == S_IFDIR | mode else { return false }
        // Only root gives files to another; elsewhere the mode is all that there is.
        return geteuid() != 0 || (status.st_uid == 0 && status.st_gid == groupID(of: group))
    }

    private func makeFolder(_ path: String, mode: mode_t, group: String?) throws {
        try makeParent(of: path)
        if mkdir(path, mode) != 0, errno != EEXIST { throw FileFault(operation: "make", path: path) }
        guard isFolder(path) else { throw InstallationError.occupied(path: path, wanted: "a folder") }
        if geteuid() == 0, chown(path, 0, groupID(of: group)) != 0 {
            throw FileFault(operation: "change the owner of", path: path)
        }
        guard chmod(path, mode) == 0 else { throw FileFault(operation: "set the mode of", path: path) }
    }

    private func makeParent(of path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
    }

    private func link(_ path: String, to target: String) throws {
        guard symlink(target, path) != 0 else { return }
        guard errno == EEXIST else { throw FileFault(operation: "link", path: path) }
        throw InstallationError.occupied(path: path, wanted: "a link to \(target)")
    }

    private func linkTarget(_ path: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path)
    }

    private func groupID(of group: String?) -> gid_t { group.flatMap(accounts.groupID) ?? 0 }
}
