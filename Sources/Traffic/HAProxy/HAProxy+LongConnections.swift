package import Domain

extension HAProxy {
    /// Closes what is still connected to a slot (websockets, server-sent events), spread over the time, so that the
    /// clients do not all come back at once. Answers how many it closed.
    ///
    /// Flips go on meanwhile.
    @discardableResult
    package func closeLongConnections(
        environment: EnvironmentName, slot: SlotName, over duration: Duration
    ) async throws -> Int {
        var closed = 0
        for step in 0..<Limits.closeSteps {
            let sessions = try await sessions(environment, slot)
            let remaining = Limits.closeSteps - step
            let share = (sessions.count + remaining - 1) / remaining
            for (worker, session) in sessions.prefix(share) {
                // Listed a moment ago: its address names the same session, or none.
                _ = try await socket.exchange("@!\(worker) shutdown session \(session.id)")
                closed += 1
            }
            if sessions.count == share { return closed }
            try await Task.sleep(for: duration / Limits.closeSteps)
        }
        return closed
    }

    private func sessions(
        _ environment: EnvironmentName, _ slot: SlotName
    ) async throws -> [(Int32, RuntimeReply.Session)] {
        let backends = HAProxyConfiguration.BackendKind.allCases.map {
            HAProxyConfiguration.backend(environment, slot, $0)
        }
        var found: [(Int32, RuntimeReply.Session)] = []
        for worker in try await processes().workers {
            let reply = try await socket.exchange("@!\(worker.process) show sess")
            found += RuntimeReply.sessions(reply).filter { backends.contains($0.backend) }.map { (worker.process, $0) }
        }
        return found
    }
}
