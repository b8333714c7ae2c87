import Domain
import Foundation

extension EnvironmentDeployer {
    /// Shows users the maintenance page, or takes it away.
    ///
    /// What is about to be done and what came of it are written down without waiting for the records: the way back to
    /// the users is open with a full disk too.
    package func setMaintenance(_ isOn: Bool, by requester: String) async throws {
        let change = MaintenanceChange(
            id: UUID(), environment: environment.name, isOn: isOn, requestedBy: requester, createdAt: parts.now())
        maintenanceUnderWay.insert(change.id)
        defer { maintenanceUnderWay.remove(change.id) }
        await parts.journal.recordWithoutWaiting(change)
        let before = table.maintenance
        do {
            try self.change { $0.setMaintenance(isOn) }
            try await world.router.route(table)
        } catch {
            // What failed must not come about later, when the proxy is brought up to the table again.
            if table.maintenance != before {
                try? self.change { $0.setMaintenance(before) }
                _ = try? await world.router.route(table)
            }
            await parts.journal.recordWithoutWaiting(change.ended(.failed, at: parts.now(), because: "\(error)"))
            throw error
        }
        await parts.journal.recordWithoutWaiting(change.ended(.done, at: parts.now()))
    }

    /// Says of changes that an earlier process left between intent and result whether they came about: the slot table
    /// decides, and the proxy has been brought up to it.
    func concludeMaintenance() async {
        for change in await parts.journal.unfinishedMaintenance(of: environment.name)
        where !maintenanceUnderWay.contains(change.id) {
            let isDone = table.maintenance == (change.kind == .on)
            await parts.journal.recordWithoutWaiting(
                change.ended(
                    isDone ? .done : .failed, at: parts.now(),
                    because: "the control plane ended meanwhile; "
                        + "the page \(table.maintenance ? "is" : "is not") shown since its restart")
            )
        }
    }
}
