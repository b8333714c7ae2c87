package import Domain

extension Journal {
    /// The newest changes of the maintenance page, newest first, what is spooled included.
    package func maintenance(of environment: EnvironmentName?, last count: Int) async -> [MaintenanceChange] {
        let spooled = spool.content.maintenance
        let recorded = (try? await records.maintenance(of: environment, last: count)) ?? []
        return Self.newest(spooled, recorded, of: environment, last: count)
    }

    /// The newest one-off commands, newest first, what is spooled included; throws when the records cannot be read.
    package func commands(of environment: EnvironmentName?, last count: Int) async throws -> [OneOffCommand] {
        // The spool is looked at first: what is folded meanwhile is then seen twice, and never missed.
        let spooled = spool.content.commands
        let recorded = try await records.commands(of: environment, last: count)
        return Self.newest(spooled, recorded, of: environment, last: count)
    }

    /// What is spooled is the later word on an act.
    private static func newest<Act: EnvironmentAct>(
        _ spooled: [Act], _ recorded: [Act], of environment: EnvironmentName?, last count: Int
    ) -> [Act] {
        let later = spooled.filter { environment == nil || $0.environment == environment }
        let known = Set(later.map(\.id))
        let all = later + recorded.filter { !known.contains($0.id) }
        return Array(all.sorted { $0.createdAt > $1.createdAt }.prefix(count))
    }

    /// Changes of which only the intent was written down.
    func unfinishedMaintenance(of environment: EnvironmentName) async -> [MaintenanceChange] {
        await maintenance(of: environment, last: Limits.recentDeployments).filter { $0.outcome == nil }
    }
}
