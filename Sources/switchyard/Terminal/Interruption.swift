import UnixSignals

/// ^C and the other signals that end a command, for work that must clean up first.
enum Interruption {
    /// Does the work; a signal cancels it, and the command ends when it has cleaned up.
    static func ending<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { return nil }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            if let first = try await group.next(), let value = first { return value }
            group.cancelAll()
            // Its own error would only say that it was cancelled.
            while await group.nextResult() != nil {}
            throw CommandExit(.wentWrong, "Interrupted; nothing was made, and nothing is left of it.")
        }
    }
}
