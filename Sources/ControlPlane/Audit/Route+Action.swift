import API
import Audit

/// What routes do, in the words of the audit record.
extension Route {
    /// Nil for a route that changes nothing and reads nothing that is recorded when it is read.
    var action: AuditAction? {
        switch self {
        case .deploy: .deploymentOpen
        case .rollBack: "deployment.roll_back"
        case .promote: "deployment.promote"
        case .contract: "database.contract"
        case .setMaintenance: "maintenance.set"
        case .prepareCommand: "command.run"
        case .endCommand: "command.end"
        case .addRelease: "release.add"
        case .removeRelease: "release.remove"
        case .applyConfiguration: "configuration.apply"
        case .auditEntries, .auditEntry: "audit.read"
        case .exportAudit: "audit.export"
        case .dataAccesses: "data_access.read"
        case .erasePerson: "person.erase"
        case .status, .environments, .environment, .plan, .planContraction, .commands, .logs, .followLogs, .maintenance,
            .deployments, .deployment, .verdict, .verdictTicks, .releases, .release, .configuration,
            .compareConfiguration,
            .openAPI:
            nil
        }
    }

    /// Whether it goes back or stops harm, which is done whether it can be recorded or not.
    var goesBack: Bool { self == .rollBack || self == .setMaintenance || self == .endCommand }

    /// Whether it reads only, so that it is recorded once, before it is read.
    var isReading: Bool {
        self == .auditEntries || self == .auditEntry || self == .exportAudit || self == .dataAccesses
    }
}
