package import DurableFiles
import Foundation

/// Listens for HAProxy's request log and reads it into a `RequestLog`, on a thread of its own.
package final class RequestLogServer: Sendable {
    private let path: String
    private let account: UnixUser?
    private let log: RequestLog

    /// `account` is the one of HAProxy's workers, who may connect; nil where they run as this process's own user.
    package init(socket path: String, account: UnixUser?, log: RequestLog) {
        self.path = path
        self.account = account
        self.log = log
    }

    /// Reads until it is cancelled, and then what is on its way; throws `TelemetryError` or `FileFault` where it cannot
    /// listen.
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
        let socket = try LogSocket(path: path, account: account)
        ReadingLoop(log: log, stop: stop, socket: socket).run()
    }
}
