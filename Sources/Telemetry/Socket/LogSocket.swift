import CLinux
import DurableFiles
import Glibc

/// The unix stream socket that HAProxy's workers write their log to.
///
/// It is made aside and renamed into place: a stale one is replaced, and at no moment can anybody connect but this
/// process's user and the account that it is given to.
final class LogSocket {
    private let path: String
    /// Who keeps it open when this process ends, and ends this connection when it ends itself.
    let holder: LogConnection?
    /// -1 once it is closed.
    private(set) var descriptor: Int32
    /// Tells this socket's file from one that took its name.
    private var file: ino_t?

    /// Throws `TelemetryError` and `FileFault`. `account` may connect beside root; nil where HAProxy runs as this
    /// process's own user.
    init(path: String, account: UnixUser?) throws {
        let aside = "\(path).new"
        guard aside.utf8.count <= Limits.socketPath else {
            throw TelemetryError.socketPathTooLong(path: aside, limit: Limits.socketPath)
        }
        self.path = path
        holder = nil
        descriptor = try UnixSocket.make(nonBlocking: true, for: path)
        do {
            try listen(at: aside)
            try account?.own(aside)
            guard rename(aside, path) == 0 else { throw fault("rename") }
            file = Self.file(at: path)
        } catch {
            unlink(aside)
            throw error
        }
    }

    /// The socket that a `LogSocketHolder` keeps open; `desk` is where that hands it out. Throws `TelemetryError`.
    init(heldAt desk: String) throws {
        path = desk
        let holder = LogConnection(try UnixSocket.make(nonBlocking: false, for: desk))
        self.holder = holder
        descriptor = -1
        var wait = timeval(tv_sec: Limits.handoverSeconds, tv_usec: 0)
        setsockopt(
            holder.descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        guard UnixSocket.at(desk, { connect(holder.descriptor, $0, $1) }) == 0 else {
            throw fault("reach the holder of")
        }
        descriptor = switchyard_receive_descriptor(holder.descriptor)
        guard descriptor >= 0 else { throw fault("take over") }
    }

    deinit { end() }

    /// Lets nobody connect any more.
    func end() {
        guard descriptor >= 0 else { return }
        if let file, Self.file(at: path) == file { unlink(path) }
        close(descriptor)
        descriptor = -1
    }

    /// The next worker that waits to be let in; nil when there is none.
    func accept() -> LogConnection? {
        let accepted = switchyard_accept(descriptor)
        return accepted >= 0 ? LogConnection(accepted) : nil
    }

    private func listen(at aside: String) throws {
        unlink(aside)
        // The file that bind makes takes over the mode of the descriptor.
        guard fchmod(descriptor, 0o600) == 0 else { throw fault("set the mode of") }
        guard UnixSocket.at(aside, { bind(descriptor, $0, $1) }) == 0 else { throw fault("bind") }
        guard Glibc.listen(descriptor, Limits.backlog) == 0 else { throw fault("listen on") }
    }

    private func fault(_ operation: String) -> TelemetryError {
        .socket(path: path, operation: operation, code: errno)
    }

    private static func file(at path: String) -> ino_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_ino : nil
    }
}
