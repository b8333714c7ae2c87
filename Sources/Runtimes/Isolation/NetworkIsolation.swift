import Foundation
import Glibc
import Subprocess

/// A network of a process's own, in which nothing can be reached but what is relayed into it.
///
/// `unshare` of util-linux makes it, as root for the process alone, otherwise inside a user namespace; the processes in it
/// have numbers of their own, so that none of them outlives the first.
package enum NetworkIsolation {
    /// What stands before a command that shall run in a network of its own.
    package static var prefix: [String] {
        ["unshare"] + (geteuid() == 0 ? [] : ["--user", "--map-root-user"])
            + ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]
    }

    /// Why this machine cannot cut a process off from the network; nil when it can.
    package static func obstacle() async -> String? {
        do {
            let result = try await run(
                .name(prefix[0]), arguments: Arguments(Array(prefix.dropFirst()) + ["true"]), output: .discarded,
                error: .string(limit: 4_096))
            guard !result.terminationStatus.isSuccess else { return nil }
            let lines = result.standardError.split(whereSeparator: \.isNewline)
            return "a process cannot be cut off from the network here (\(lines.last ?? "unshare failed"))"
        } catch {
            return "a process cannot be cut off from the network here (unshare: \(error))"
        }
    }

    /// Hides the sockets of other programs (databases, queues, mail) that are files in `/run`; for this mount namespace.
    package static func hideSockets() throws {
        guard mount("none", "/run", "tmpfs", 0, "mode=755,size=1m") == 0 else {
            throw IsolationFault("/run cannot be hidden", errno)
        }
    }

    /// Brings the loopback interface of this process's network up, which a new one has down.
    package static func bringLoopbackUp() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IsolationFault("a socket cannot be made", errno) }
        defer { close(descriptor) }
        var request = ifreq()
        withUnsafeMutableBytes(of: &request) { bytes in
            bytes.copyBytes(from: "lo".utf8)
            bytes.storeBytes(of: Int16(IFF_UP | IFF_RUNNING), toByteOffset: Int(IFNAMSIZ), as: Int16.self)
        }
        guard ioctl(descriptor, UInt(SIOCSIFFLAGS), &request) == 0 else {
            throw IsolationFault("the loopback interface cannot be brought up", errno)
        }
    }
}

/// What the system refused while a process was being cut off.
package struct IsolationFault: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ code: Int32) { description = "\(what): \(String(cString: strerror(code)))." }
}
