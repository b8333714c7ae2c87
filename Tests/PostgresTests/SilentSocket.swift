import Glibc
import Postgres

/// A unix socket where PostgreSQL's would be, which takes connections and never answers.
struct SilentSocket {
    private let descriptor: Int32

    init(folder: String, port: Int = 5432) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder)/.s.PGSQL.\(port)".utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(descriptor, 8) == 0 else {
            throw PostgresError.connect(server: folder, reason: String(cString: strerror(errno)))
        }
    }

    func close() {
        Glibc.close(descriptor)
    }
}
