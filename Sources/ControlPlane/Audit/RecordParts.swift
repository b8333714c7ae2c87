import API
import Domain
import Foundation
import Logging
import Postgres
import Runtimes
import ServiceLifecycle

/// What looks after the audit record while the control plane runs.
struct RecordParts: Sendable {
    let accesses: DataAccesses
    private let keeper: RecordKeeper
    private let witness: WitnessKeeper?
    private let statements: StatementAccesses?

    /// Throws `ControlPlaneError` for a witness' key that is none.
    init(
        _ configuration: Domain.Configuration, _ trail: AuditTrail, _ tree: SupervisorTree,
        _ databases: EnvironmentDatabases, _ logger: Logger
    ) throws {
        accesses = DataAccesses(trail: trail)
        keeper = RecordKeeper(
            trail: trail, retentionMonths: configuration.audit.retentionMonths, logger: logger)
        witness = try configuration.audit.witness.map { try WitnessKeeper($0, trail: trail, logger: logger) }
        guard let cluster = databases.cluster, cluster.hasAuditing else {
            statements = nil
            return
        }
        let embedded = configuration.environments.filter { $0.database == .embedded }
        let names = embedded.map { (databases.ownerRole(of: $0.name), $0.name) }
        statements = StatementAccesses(
            tree: tree, trail: trail, accesses: accesses,
            environments: Dictionary(names) { first, _ in first }, logger: logger)
    }

    var services: [any ServiceLifecycle.Service] {
        var services: [any ServiceLifecycle.Service] = [keeper]
        if let witness { services.append(witness) }
        if let statements { services.append(statements) }
        return services
    }

    /// What a witness has cosigned; nil where none is configured.
    var witnessReport: WitnessReport? { get async { await witness?.report } }

    /// What is wrong, each in a sentence.
    func problems(now: Date) async -> [String] {
        [await witness?.problem(now: now), await keeper.problem].compactMap(\.self)
    }
}
