import Synchronization

/// What a session was last seen waiting for, noted by one task and read by another.
final class WaitSighting: Sendable {
    private struct State {
        var last: LockWait?
        var isOver = false
    }
    private let state = Mutex(State())

    var last: LockWait? { state.withLock { $0.last } }
    var isOver: Bool { state.withLock { $0.isOver } }

    func note(_ wait: LockWait) { state.withLock { $0.last = wait } }
    func end() { state.withLock { $0.isOver = true } }
}
