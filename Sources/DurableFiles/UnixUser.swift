package import Glibc

/// An account of this machine, to which files can belong.
package struct UnixUser: Equatable, Sendable {
    package let name: String
    package let userID: uid_t
    package let groupID: gid_t
    package let home: String

    package static var isRoot: Bool { geteuid() == 0 }

    /// Looks an account up; nil when there is none.
    package init?(named name: String) {
        var record = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1_024)
        guard getpwnam_r(name, &record, &buffer, buffer.count, &result) == 0, result != nil else { return nil }
        self.name = name
        userID = record.pw_uid
        groupID = record.pw_gid
        home = String(cString: record.pw_dir)
    }

    /// What stands before a command that shall run as this account, with its group alone (setpriv of util-linux).
    ///
    /// A child must not change its account by itself between fork and exec: in a process of several threads, glibc's
    /// setuid may then wait for ever for threads that the child does not have.
    package var becoming: [String] {
        ["/usr/bin/setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"]
    }

    /// Lets this account's group have a folder, whose owner stays.
    package func share(_ path: String) throws(FileFault) {
        guard lchown(path, uid_t.max, groupID) == 0 else {
            throw FileFault(operation: "change the group of", path: path)
        }
    }

    /// Gives a file or folder to this account.
    package func own(_ path: String) throws(FileFault) {
        guard lchown(path, userID, groupID) == 0 else { throw FileFault(operation: "change the owner of", path: path) }
    }
}
