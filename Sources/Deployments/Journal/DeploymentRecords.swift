package import Domain
package import Foundation

/// The durable records of deployments, their journals and leases; SQLite in the product.
package protocol DeploymentRecords: Sendable {
    /// Takes an environment's lease and writes the deployment down, both or neither.
    ///
    /// A lease whose process no longer lives is taken over with the next fence; a living holder's throws `LeaseHeld`.
    func open(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease
    /// Takes the lease for a deployment that an earlier process left unfinished.
    func takeOver(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease
    /// Gives a lease back; nothing happens when another deployment has it by now.
    func release(_ lease: Lease) async throws
    func lease(of environment: EnvironmentName) async throws -> Lease?

    /// Appends to a deployment's journal; throws when the fence is no longer the lease's.
    ///
    /// An entry that is there already is passed over.
    func append(_ entry: JournalEntry, fence: Int?) async throws
    /// Writes down what a rollback spooled while the records could not be written; what is there is passed over.
    ///
    /// Of a change of the maintenance page the later word counts: its result, and not its intent.
    func fold(_ deployments: [Deployment], _ entries: [JournalEntry], _ maintenance: [MaintenanceChange]) async throws
    /// Writes one-off commands down; of each the later word counts, as in `fold`.
    func record(_ commands: [OneOffCommand]) async throws
    func journal(of deployment: DeploymentID) async throws -> [JournalEntry]

    /// A deployment as it was opened; fold its journal to see where it stands.
    func deployment(_ id: DeploymentID) async throws -> Deployment?
    /// The newest deployments, newest first.
    func deployments(in environment: EnvironmentName?, last count: Int) async throws -> [Deployment]
    /// The newest changes of the maintenance page, newest first.
    func maintenance(of environment: EnvironmentName?, last count: Int) async throws -> [MaintenanceChange]
    /// The newest one-off commands, newest first.
    func commands(of environment: EnvironmentName?, last count: Int) async throws -> [OneOffCommand]
    /// The highest number ever given.
    func highestNumber() async throws -> Int
}
