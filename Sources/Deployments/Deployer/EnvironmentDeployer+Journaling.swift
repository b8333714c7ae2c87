import Domain

extension EnvironmentDeployer {
    /// Applies an event to the machine after it is in the journal.
    func record(_ event: Deployment.Event, spooled: Bool = false) async throws {
        guard var deployment = active?.deployment else { return }
        try deployment.apply(event)
        try await write(.event(event), spooled: spooled || goesBack(deployment))
        active?.deployment = deployment
        if deployment.outcome != nil { await parts.whenEnded(deployment) }
    }

    /// Writes one line of the active deployment's journal; going back never waits for the records.
    func write(_ record: JournalEntry.Record, spooled: Bool = false) async throws {
        guard let active else { return }
        let entry = JournalEntry(
            deployment: active.deployment.id, sequence: active.sequence + 1, at: parts.now(), record: record
        )
        if spooled || goesBack(active.deployment) {
            await parts.journal.appendWithoutWaiting(entry)
        } else {
            try await parts.journal.append(entry, fence: active.lease?.fence)
        }
        self.active?.sequence += 1
    }

    private func goesBack(_ deployment: Deployment) -> Bool {
        switch deployment.state {
        case .goingBack, .leaving: true
        case .ended(let outcome): outcome != .committed
        case .planned: deployment.kind == .rollback
        case .performing: false
        }
    }
}
