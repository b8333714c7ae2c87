package import Foundation

/// The right to change one environment, held by one deployment at a time.
package struct Lease: Codable, Equatable, Sendable {
    package var environment: EnvironmentName
    package var deployment: DeploymentID
    /// Who asked for that deployment.
    package var holder: String
    /// The control plane process that drives it.
    package var process: ProcessIdentity
    package var since: Date
    /// Rises each time the lease changes hands; a holder with a lower number may write nothing more.
    package var fence: Int

    package init(
        environment: EnvironmentName, deployment: DeploymentID, holder: String, process: ProcessIdentity, since: Date,
        fence: Int
    ) {
        self.environment = environment
        self.deployment = deployment
        self.holder = holder
        self.process = process
        self.since = since
        self.fence = fence
    }
}

/// A process of one boot of one machine; a reused process id is not mistaken for it.
package struct ProcessIdentity: Codable, Equatable, Sendable {
    package var pid: Int32
    /// Clock ticks between boot and the process's start, from /proc/PID/stat.
    package var startTicks: UInt64
    package var bootID: String

    package init(pid: Int32, startTicks: UInt64, bootID: String) {
        self.pid = pid
        self.startTicks = startTicks
        self.bootID = bootID
    }
}

/// The environment is being changed by somebody else.
package struct LeaseHeld: Error, Equatable, CustomStringConvertible {
    package let lease: Lease
    /// Seconds since it was taken.
    package let age: Int

    package init(lease: Lease, now: Date) {
        self.lease = lease
        age = max(0, Int(now.timeIntervalSince(lease.since)))
    }

    package var description: String {
        "\(lease.environment) is being changed by \(lease.holder) (deployment \(lease.deployment)) since "
            + "\(age) s; wait for it, or take it back with 'switchyard rollback -e \(lease.environment)'."
    }
}
