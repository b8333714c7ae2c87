import CPostgres
import Dispatch
import Foundation

/// What is known of a statement between sending it and its last result.
struct RunningStatement {
    private let limit: Duration
    /// When the next wait ends: the statement's deadline, then that of its cancellation.
    private(set) var end: ContinuousClock.Instant
    private(set) var cancellation: CancelRequest?
    /// Why it is being cancelled.
    private var stopReason: (any Error)?
    /// What the caller is told once the last result is taken.
    private(set) var refusal: (any Error)?

    init(limit: Duration) {
        self.limit = limit
        end = .now + limit
    }

    var timeout: PostgresError { .timeout(waitedFor: "a statement", limit: limit) }

    mutating func stop(because reason: any Error, cancelling request: CancelRequest) {
        stopReason = reason
        // Rows are gone already, so this one is told even if the server finished before the request reached it.
        if case PostgresError.tooManyRows = reason { refusal = reason }
        cancellation = request
        end = .now + PostgresLimits.cancellation
    }

    /// Notes the server's refusal; one that we asked for (57014, query_canceled) is told as our reason.
    mutating func refuse(_ error: PostgresError) {
        guard refusal == nil else { return }
        refusal = error.sqlState == "57014" ? stopReason ?? error : error
    }

    /// Waits until the request to cancel is through, so that it cannot hit the connection's next statement.
    func awaitCancellation() {
        cancellation?.wait(limit: PostgresLimits.cancellation)
    }
}

/// A request to cancel, sent over a connection of its own on another thread, because libpq's call for it blocks.
struct CancelRequest {
    private let finished = DispatchSemaphore(value: 0)

    init(_ connection: OpaquePointer) {
        let finished = finished
        guard let request = PQgetCancel(connection) else {
            finished.signal()
            return
        }
        let token = UInt(bitPattern: request)
        Thread.detachNewThread {
            let request = OpaquePointer(bitPattern: token)
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(request, &message, Int32(message.count))
            PQfreeCancel(request)
            finished.signal()
        }
    }

    func wait(limit: Duration) {
        _ = finished.wait(timeout: .now() + .nanoseconds(Int(limit / .nanoseconds(1))))
    }
}
