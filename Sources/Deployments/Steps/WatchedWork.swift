/// Does work while something watches beside it: what the watch throws ends the work, and its end does not.
func working<Value: Sendable>(
    watchedBy watch: @escaping @Sendable () async throws -> Void, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await watch()
            return nil
        }
        group.addTask { try await work() }
        defer { group.cancelAll() }
        while let ended = try await group.next() {
            if let value = ended { return value }
        }
        throw CancellationError()
    }
}
