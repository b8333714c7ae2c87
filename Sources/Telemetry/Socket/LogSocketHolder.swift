import CLinux
package import DurableFiles
import Glibc

/// Keeps the socket of the request log open whether or not somebody reads, and hands it to who reads next.
///
/// HAProxy 2.6 asks a socket that refuses it again at once and without end, which takes a whole core while the control plane
/// is away. With an open one it connects, fills what the kernel holds for it, and keeps the rest in its ring; the
/// next reader finds all of it.
package final class LogSocketHolder {
    private let socket: LogSocket
    /// Where readers ask for it; the end of that connection tells them that this one has ended.
    private let desk: LogSocket

    /// `account` is the one of HAProxy's workers, who may connect to `socket`; only this process's own user may ask at
    /// `desk`. Throws `TelemetryError` and `FileFault`.
    package init(socket: String, account: UnixUser?, desk: String) throws {
        self.socket = try LogSocket(path: socket, account: account)
        self.desk = try LogSocket(path: desk, account: nil)
    }

    /// Hands the socket to one reader after the other, and never returns.
    package func run() -> Never {
        run(until: StopSignal())
        fatalError("nobody can stop it")
    }

    /// The newest reader is the one that is told of the end: the one before has left, or is to leave.
    func run(until stop: StopSignal) {
        var reader: LogConnection?
        while true {
            let descriptors = [stop.descriptor, desk.descriptor, reader?.descriptor ?? -1]
            var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
            guard polled[0].revents == 0 else { return }
            if let next = desk.accept() {
                reader = switchyard_send_descriptor(next.descriptor, socket.descriptor) == 0 ? next : nil
            } else if polled[2].revents != 0 {
                reader = nil
            }
        }
    }
}
