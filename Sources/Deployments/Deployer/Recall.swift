import Synchronization

/// The wish to have a deployment back, which reaches the step that is being done at once.
final class Recall: Sendable {
    private struct State {
        var reason: String?
        var waiting: [AsyncStream<String>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Why it was recalled; nil while it was not.
    var reason: String? { state.withLock { $0.reason } }

    /// Recalls the deployment; the first reason stays.
    func ask(because reason: String) {
        let waiting = state.withLock { state in
            state.reason = state.reason ?? reason
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting {
            continuation.yield(reason)
            continuation.finish()
        }
    }

    /// Waits until the deployment is recalled; nil when the wait is cancelled first.
    func wait() async -> String? {
        let (reasons, continuation) = AsyncStream<String>.makeStream()
        let known = state.withLock { state -> String? in
            if state.reason == nil { state.waiting.append(continuation) }
            return state.reason
        }
        if let known { return known }
        for await reason in reasons { return reason }
        return nil
    }
}
