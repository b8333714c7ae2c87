import Glibc

/// One worker of HAProxy that writes its log.
final class LogConnection {
    /// What a read brought.
    enum Received: Equatable {
        case bytes(Int)
        case nothing
        case ended
    }

    let descriptor: Int32
    let buffer = FrameBuffer()

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func receive() -> Received {
        let space = buffer.space
        while true {
            let count = recv(descriptor, space.baseAddress, space.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                buffer.filled(count)
                return .bytes(count)
            }
            if count < 0 && errno == EINTR { continue }
            return count < 0 && errno == EAGAIN ? .nothing : .ended
        }
    }
}
