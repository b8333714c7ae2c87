import CLinux
import Glibc

/// Wakes a thread that waits in poll(2).
final class StopSignal: Sendable {
    /// Readable for ever once `send` was called.
    let descriptor: Int32

    init() {
        descriptor = switchyard_event()
    }

    deinit { close(descriptor) }

    func send() {
        eventfd_write(descriptor, 1)
    }
}
