package import DurableFiles
import Foundation

/// Reads HAProxy's request log into a `RequestLog`, on a thread of its own.
package final class RequestLogServer: Sendable {
    private let log: RequestLog
    private let open: @Sendable () throws -> LogSocket

    /// Reads from the socket that a `LogSocketHolder` hands out at `desk`.
    package init(heldAt desk: String, log: RequestLog) {
        self.log = log
        open = { try LogSocket(heldAt: desk) }
    }

    /// Listens itself. `account` is the one of HAProxy's workers, who may connect; nil where they run as this process's
    /// own user.
    package init(socket path: String, account: UnixUser?, log: RequestLog) {
        self.log = log
        open = { try LogSocket(path: path, account: account) }
    }

    /// Reads until it is cancelled or the socket's holder has ended, and then what is on its way; throws `TelemetryError`
    /// or `FileFault` where it cannot listen.
    package func run() async throws {
        let stop = StopSignal()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread { [self] in
                    continuation.resume(with: Result { try read(until: stop) })
                }
            }
        } onCancel: {
            stop.send()
        }
    }

    private func read(until stop: StopSignal) throws {
        ReadingLoop(log: log, stop: stop, socket: try open()).run()
    }
}
