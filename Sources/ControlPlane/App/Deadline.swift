/// Does something within a number of seconds; throws `ControlPlaneError.tookTooLong` and cancels it otherwise.
func withDeadline<Value: Sendable>(
    _ what: String, _ seconds: Double, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withDeadline(
        .seconds(seconds), orThrow: ControlPlaneError.tookTooLong(what, seconds: Int(seconds)), work)
}

/// Does something within a time; throws `fault` and cancels it otherwise.
func withDeadline<Value: Sendable>(
    _ limit: Duration, orThrow fault: any Error, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw fault
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
