import API
import Deployments
import Domain
import Foundation
import Hummingbird

/// What runs, where, and what is wrong with it.
struct StatusController: Sendable {
    let application: ApplicationName
    let environments: Environments
    let world: World
    let infrastructure: Infrastructure
    let trail: AuditTrail
    let notice: BreakGlassNotice
    let record: RecordParts

    func addRoutes(to router: APIRouter) {
        router.on(.status) { _, _ in try .json(await report()) }
        router.on(.environments) { _, _ in try .json(environments.deployers.map(\.environment.name)) }
    }

    private func report() async -> StatusReport {
        let reporter = EnvironmentReporter(world: world)
        var reports: [EnvironmentReport] = []
        for deployer in environments.deployers { reports.append(await reporter.report(on: deployer)) }
        let faults = await [trail.fault()].compactMap(\.self) + record.problems(now: Date())
        let records = await recordsProblems() + faults.map { "audit: \($0)" }
        return StatusReport(
            version: SwitchyardVersion.current,
            application: application,
            traffic: await infrastructure.trafficURLs,
            environments: reports,
            problems: await notice.problems(at: Date()) + infrastructure.problems() + records
                + reports.flatMap(reporter.problems)
                + environments.deployers.compactMap { deployer in
                    deployer.backfill.flatMap { $0.isTrouble ? "\(deployer.environment.name): \($0.sentence)" : nil }
                },
            record: trail.report(cosigned: await record.witnessReport)
        )
    }

    /// What keeps the records from being read, once where it is the same for all environments.
    private func recordsProblems() async -> [String] {
        var faults: [String] = []
        for deployer in environments.deployers {
            guard let fault = await deployer.recoveryFault, !faults.contains(fault) else { continue }
            faults.append(fault)
        }
        return faults.map { "records: \($0)" }
    }
}

/// The version of this Switchyard.
package enum SwitchyardVersion {
    package static let current = "0.1.0"
}
