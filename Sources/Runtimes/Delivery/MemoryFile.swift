import CLinux
import DurableFiles
import Foundation
import Glibc

/// A file that lies in memory alone and ends with the process that holds it (memfd_create(2)).
enum MemoryFile {
    /// Makes one that nobody can change any more, and answers where this very process finds it.
    static func make(named name: String, holding value: Data, for account: UnixUser?) throws -> String {
        let descriptor = switchyard_memory_file(name)
        guard descriptor >= 0 else { throw FileFault(operation: "make a file in memory for", path: name) }
        let written = value.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == value.count, fchmod(descriptor, 0o400) == 0,
            account.map({ fchown(descriptor, $0.userID, $0.groupID) == 0 }) ?? true,
            switchyard_seal(descriptor) == 0
        else { throw FileFault(operation: "fill the file in memory for", path: name) }
        return "/proc/\(getpid())/fd/\(descriptor)"
    }
}

/// Images of a process's memory on disk.
package enum CoreDumps {
    /// Keeps the kernel from writing any of this process, and of what it starts.
    package static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// Also keeps other processes of this account from looking into this one; a new program can be looked into again.
    package static func forbidLooking() {
        forbid()
        _ = switchyard_forbid_dumps()
    }
}
