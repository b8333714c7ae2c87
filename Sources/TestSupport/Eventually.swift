/// A state that a test waited for in vain.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

/// Polls until the condition holds; the only place where a test waits. Throws `NeverHappened` at the limit.
nonisolated(nonsending) package func eventually(
    within limit: Duration = .seconds(20), _ state: String = "the awaited state",
    condition: nonisolated(nonsending) () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard .now < end else { throw NeverHappened(description: "\(state) did not come about within \(limit).") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
