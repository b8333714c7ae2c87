package import Domain
package import Foundation
package import Logging
import Synchronization

/// Drives everything that changes one environment: one deployment at a time, every step journaled before and after.
///
/// `deploy` and `rollBack` only open a deployment; `run` drives it, so that it goes on whoever asked for it has left.
package actor EnvironmentDeployer {
    /// What the deployer is made of besides the environment's own definition.
    package struct Parts: Sendable {
        package let world: World
        package let journal: Journal
        package let verdicts: any VerdictRecords
        package let process: ProcessIdentity
        /// Folder of the environment's evidence bundles.
        package let evidenceFolder: String
        package let logger: Logger
        package let now: @Sendable () -> Date
        /// Between two looks at what users of a release on trial meet.
        package let lookInterval: Duration
        /// Takes secrets and card numbers out of what a program said before it is written down.
        package let redacting: @Sendable (String) -> String
        /// Told of each deployment that has ended; what is going back does not wait for anything else.
        package let whenEnded: @Sendable (Deployment) async -> Void

        package init(
            world: World, journal: Journal, verdicts: any VerdictRecords, process: ProcessIdentity,
            evidenceFolder: String, logger: Logger,
            now: @escaping @Sendable () -> Date = { Date() }, lookInterval: Duration = Limits.lookInterval,
            redacting: @escaping @Sendable (String) -> String = { $0 },
            whenEnded: @escaping @Sendable (Deployment) async -> Void = { _ in }
        ) {
            self.redacting = redacting
            self.world = world
            self.journal = journal
            self.verdicts = verdicts
            self.process = process
            self.evidenceFolder = evidenceFolder
            self.logger = logger
            self.now = now
            self.lookInterval = lookInterval
            self.whenEnded = whenEnded
        }
    }

    /// The deployment that is being driven.
    struct Active {
        var deployment: Deployment
        /// Nil for a rollback that was opened while the records could not be written.
        var lease: Lease?
        var sequence: Int
        var recall: Recall
        /// What was seen of the release since it has users in stages; nil before.
        var trial: Trial?
        /// Who lets a stage go on without a proof, and why.
        var promotion: Promotion?
        /// The metrics that were out of their bounds before the release had users.
        var metricsOutBefore: Set<String> = []
        /// What both the release and the one before fail now; nil while nothing is.
        var sharedFault: String?
        /// Whether the last probe of the release was bad.
        var isUnwell = false
        /// What a person is asked to decide now, in a sentence.
        var question: String?
    }

    /// Somebody's word that a stage may go on.
    struct Promotion {
        let step: Step
        let reason: String
    }

    package nonisolated let environment: EnvironmentDefinition
    let parts: Parts
    private let file: SlotTableFile
    package private(set) var table: SlotTable
    var active: Active?
    /// Whether a request is just opening a deployment.
    var isOpening = false
    /// The releases whose health checks are left out of what users meet.
    var leftOutHealthChecksOf: Set<ArtifactDigest>?
    /// Whether the records were read since this process began; until then nothing new is deployed.
    var isRecovered = false
    /// What kept the records from being read when it was last tried; nil once they were.
    package internal(set) var recoveryFault: String?
    /// Changes of the maintenance page between intent and result.
    var maintenanceUnderWay: Set<UUID> = []
    nonisolated let backfillState = Mutex<BackfillState?>(nil)
    /// The deployment whose release has nothing left to fill.
    var filledFor: DeploymentID?
    /// Slots that housekeeping is retiring now.
    var retiring: Set<SlotName> = []
    let wakes: AsyncStream<Void>
    let wake: AsyncStream<Void>.Continuation

    var world: World { parts.world }
    var policy: DeploymentPolicy { environment.policy }

    package init(environment: EnvironmentDefinition, file: SlotTableFile, parts: Parts) throws {
        self.environment = environment
        self.file = file
        self.parts = parts
        table = try file.load().resized(to: environment.policy.slotCount)
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Recovers what an earlier process left, then drives deployments and housekeeping until it is cancelled.
    package func run() async {
        await recover()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.driveWhatComes() }
            group.addTask { await self.keepHouse() }
            group.addTask { await self.keepFilling() }
            group.addTask { await self.keepObserving() }
        }
    }

    /// The deployment being driven, as it stands now.
    package var current: Deployment? { active?.deployment }

    /// Whether the archive of a release may still be asked for: it is in a slot, or in the deployment under way.
    package func needs(_ digest: ArtifactDigest) -> Bool {
        active?.deployment.release.digest == digest
            || table.slots.contains { $0.occupant?.release.digest == digest }
    }

    /// The backfill that is under way, or could not go on; nil when there is none.
    package nonisolated var backfill: BackfillState? { backfillState.withLock(\.self) }
}

extension EnvironmentDeployer {
    /// Changes the slot table; the change is durable before anything acts on it.
    func change(_ mutate: (inout SlotTable) throws -> Void) throws {
        var next = table
        try mutate(&next)
        try file.save(next)
        table = next
    }
}
