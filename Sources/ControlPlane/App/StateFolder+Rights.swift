import DurableFiles
import Foundation
import Glibc

extension StateFolder {
    /// Throws for a folder of another user, before anything in it is changed.
    ///
    /// Whoever owns it may replace everything in it, so it has to be this user's, also where root could do without.
    func requireOwn() throws(ControlPlaneError) {
        for path in ownPaths {
            var status = stat()
            guard stat(path, &status) == 0, status.st_uid != geteuid() else { continue }
            throw .foreignState(
                state: self.path, path: path, owner: Self.userName(status.st_uid), user: Self.userName(geteuid()))
        }
    }

    /// Makes a folder with those above it, and sets its mode; tells where others could write to it until now.
    func makeFolder(_ folder: String, mode: mode_t) throws -> String? {
        try makeFolder(folder)
        let before = Self.mode(of: folder)
        guard chmod(folder, mode) == 0 else { throw FileFault(operation: "set the mode of", path: folder) }
        guard let before, before & 0o022 != 0 else { return nil }
        return "Others could write to \(folder) (mode \(Self.text(before))), which is \(Self.text(mode)) now: look "
            + "whether all that is in it is yours."
    }

    /// Closes a token that others could read, and tells it.
    func closeToken() throws -> String? {
        guard let before = Self.mode(of: token), before & 0o077 != 0 else { return nil }
        guard chmod(token, 0o600) == 0 else { throw FileFault(operation: "set the mode of", path: token) }
        return "Others could read \(token) (mode \(Self.text(before))), which is 600 now, and whoever has read it may "
            + "deploy: where somebody may have, remove it and start 'switchyard serve' again, which makes a new one."
    }

    /// The rights in a file's mode; nil where there is no such file.
    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private static func text(_ mode: mode_t) -> String { String(mode, radix: 8) }

    /// Makes a folder with those above it; answers whether it was missing.
    @discardableResult
    func makeFolder(_ folder: String) throws -> Bool {
        guard mkdir(folder, 0o755) != 0 else { return true }
        let parent = (folder as NSString).deletingLastPathComponent
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FileFault(operation: "make folder", path: folder, code: ENOTDIR)
            }
            return false
        case ENOENT where parent != folder:
            try makeFolder(parent)
            return try makeFolder(folder)
        case EACCES, EPERM:
            var status = stat()
            let owner = stat(parent, &status) == 0 ? Self.userName(status.st_uid) : "another user"
            throw ControlPlaneError.stateNotMade(
                state: path, folder: parent, owner: owner, user: Self.userName(geteuid()))
        default:
            throw FileFault(operation: "make folder", path: folder)
        }
    }

    /// The name of an account, or its number where it has none.
    private static func userName(_ id: uid_t) -> String {
        var record = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1_024)
        guard getpwuid_r(id, &record, &buffer, buffer.count, &result) == 0, result != nil else { return "\(id)" }
        return String(cString: record.pw_name)
    }
}
