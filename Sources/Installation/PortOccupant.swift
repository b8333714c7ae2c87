import Foundation

/// A program that listens on a port that Switchyard's proxy needs.
package struct PortOccupant: Encodable, Equatable, Sendable {
    package let port: Int
    /// nil when it belongs to somebody whose processes may not be looked at.
    package let pid: Int32?
    package let program: String?

    package init(port: Int, pid: Int32?, program: String?) {
        self.port = port
        self.pid = pid
        self.program = program
    }

    /// Who listens on these ports, apart from what runs in Switchyard's own tree below `state`.
    package static func find(ports: [Int], state: String = Installation.state) -> [PortOccupant] {
        let sockets = listeningSockets().filter { ports.contains($0.port) }
        guard !sockets.isEmpty else { return [] }
        let owners = self.owners(of: Set(sockets.map(\.inode)))
        var found: [Int: PortOccupant] = [:]
        for socket in sockets {
            let pid = owners[socket.inode]
            if let pid, arguments(of: pid).contains(where: { $0.hasPrefix(state + "/") }) { continue }
            let name = pid.flatMap { try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8) }
            found[socket.port] = PortOccupant(
                port: socket.port, pid: pid, program: name?.trimmingCharacters(in: .newlines))
        }
        return found.values.sorted { $0.port < $1.port }
    }

    /// What is wrong and how to mend it.
    package var description: String {
        let who = [program ?? "another program", pid.map { "(process \($0))" }].compactMap(\.self)
            .joined(separator: " ")
        let remedy =
            program == "haproxy"
            ? "That is not Switchyard's HAProxy, which runs in its own tree. If nobody needs it: 'systemctl disable --now "
                + "haproxy'; otherwise give Switchyard other ports in 'traffic:' of \(Installation.configuration)."
            : "Stop it for good, or give Switchyard another port in 'traffic:' of \(Installation.configuration)."
        return "Port \(port) is taken by \(who). \(remedy)"
    }

    /// The TCP sockets that listen, from /proc/net/tcp and /proc/net/tcp6 (proc(5)).
    private static func listeningSockets() -> [(port: Int, inode: String)] {
        ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { file in
            table(file).split(separator: "\n").dropFirst()
                .compactMap { line -> (Int, String)? in
                    let fields = line.split(separator: " ")
                    // 0A: it listens.
                    guard fields.count > 9, fields[3] == "0A",
                        let port = fields[1].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
                    else { return nil }
                    return (port, String(fields[9]))
                }
        }
    }

    /// All of a table of the kernel's, which gives a page at a time: what reads a file whole by its size, or to the first
    /// short piece, sees the first page only.
    private static func table(_ file: String) -> String {
        let data = try? FileHandle(forReadingFrom: URL(filePath: file)).readToEnd()
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private static func owners(of inodes: Set<String>) -> [String: Int32] {
        var owners: [String: Int32] = [:]
        let files = FileManager.default
        for pid in ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap({ Int32($0) }) {
            for descriptor in (try? files.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? [] {
                let target = (try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(descriptor)")) ?? ""
                guard target.hasPrefix("socket:[") else { continue }
                let inode = String(target.dropFirst(8).dropLast())
                if inodes.contains(inode) { owners[inode] = pid }
            }
        }
        return owners
    }

    private static func arguments(of pid: Int32) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
