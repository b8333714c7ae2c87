package import Domain
package import Foundation

/// What `status` tells.
package struct StatusReport: Codable, Equatable, Sendable {
    package var version: String
    package var application: ApplicationName
    /// Where users come in, as URLs.
    package var traffic: [String]
    package var environments: [EnvironmentReport]
    /// What is wrong now, each in a sentence; empty when all is well.
    package var problems: [String]
    /// How far the audit record has come; nil where it cannot be read.
    package var record: RecordReport?

    package init(
        version: String, application: ApplicationName, traffic: [String], environments: [EnvironmentReport],
        problems: [String], record: RecordReport? = nil
    ) {
        self.version = version
        self.application = application
        self.traffic = traffic
        self.environments = environments
        self.problems = problems
        self.record = record
    }
}

/// One environment as it is now.
package struct EnvironmentReport: Codable, Equatable, Sendable {
    package var name: EnvironmentName
    package var domains: [String]
    package var maintenance: Bool
    /// The release that takes new requests.
    package var serving: ReleaseReference?
    package var split: Split
    package var slots: [SlotReport]
    /// The deployment under way.
    package var current: DeploymentSummary?
    /// The releases that `rollback` reaches, nearest first.
    package var waysBack: [ReleaseReference]
    /// The backfill that is under way or could not go on, in a sentence; nil when there is none.
    package var backfill: String?
    /// What is proved of the release that comes to its users in stages; nil when none does.
    package var verdict: VerdictReport?
    /// What a person is asked to decide of the deployment under way, in sentences; nil when nothing is.
    package var question: String?

    package init(
        name: EnvironmentName, domains: [String], maintenance: Bool, serving: ReleaseReference?, split: Split,
        slots: [SlotReport], current: DeploymentSummary?, waysBack: [ReleaseReference],
        backfill: String? = nil, verdict: VerdictReport? = nil, question: String? = nil
    ) {
        self.name = name
        self.domains = domains
        self.maintenance = maintenance
        self.serving = serving
        self.split = split
        self.slots = slots
        self.current = current
        self.waysBack = waysBack
        self.backfill = backfill
        self.verdict = verdict
        self.question = question
    }
}

/// One slot as it is now.
package struct SlotReport: Codable, Equatable, Sendable {
    package var slot: Slot
    package var processes: [ProcessStatus]
    /// Requests and connections that it serves now; nil when the proxy does not answer.
    package var inFlight: Int?

    package init(slot: Slot, processes: [ProcessStatus], inFlight: Int?) {
        self.slot = slot
        self.processes = processes
        self.inFlight = inFlight
    }
}

/// One process of a slot.
package struct ProcessStatus: Codable, Equatable, Sendable {
    package var name: String
    package var isRunning: Bool
    package var pid: Int?
    /// How often it has ended since the release was started.
    package var exits: Int
    package var lastExit: String?
    /// What its release asks for and this machine does not give, and why, in a sentence.
    package var warning: String?

    package init(name: String, isRunning: Bool, pid: Int?, exits: Int, lastExit: String?, warning: String?) {
        self.name = name
        self.isRunning = isRunning
        self.pid = pid
        self.exits = exits
        self.lastExit = lastExit
        self.warning = warning
    }
}

/// One deployment on one line.
package struct DeploymentSummary: Codable, Equatable, Sendable {
    package var id: DeploymentID
    package var environment: EnvironmentName
    package var kind: Deployment.Kind
    package var release: ReleaseReference
    package var previous: ReleaseReference?
    package var requestedBy: String
    package var planDigest: String
    package var createdAt: Date
    /// The step being done; nil before the first and after the last.
    package var step: Step?
    /// How it ended; nil while it goes on.
    package var outcome: Deployment.Outcome?
    /// Why it went another way than forward.
    package var reason: String?

    package init(_ deployment: Deployment) {
        id = deployment.id
        environment = deployment.environment
        kind = deployment.kind
        release = deployment.release
        previous = deployment.previous
        requestedBy = deployment.requestedBy
        planDigest = deployment.planDigest
        createdAt = deployment.createdAt
        step = deployment.step
        outcome = deployment.outcome
        reason = deployment.reason
    }
}

/// One deployment with its journal.
package struct DeploymentReport: Codable, Equatable, Sendable {
    package var deployment: DeploymentSummary
    package var journal: [JournalLine]
    /// When it ended; nil while it goes on.
    package var endedAt: Date?
    /// From asking for the first switch of traffic to every proxy worker's confirmation, in milliseconds.
    package var switchMilliseconds: Double?

    package init(_ deployment: Deployment, journal entries: [JournalEntry]) {
        self.deployment = DeploymentSummary(deployment)
        journal = entries.map(JournalLine.init)
        endedAt = deployment.outcome == nil ? nil : entries.last { $0.record.isEvent }?.at
        switchMilliseconds =
            entries.lazy.compactMap { entry in
                if case .event(.completed(.switchTraffic, let report)) = entry.record { return report.milliseconds }
                if case .event(.completed(.switchBack, let report)) = entry.record { return report.milliseconds }
                return nil
            }.first
    }
}

/// One line of a journal, for people and programs.
package struct JournalLine: Codable, Equatable, Sendable {
    package var sequence: Int
    package var at: Date
    /// A stable name: `intent:warm`, `completed:switchTraffic`.
    package var boundary: String
    /// The line in words; nil where the boundary says it all.
    package var text: String?

    package init(_ entry: JournalEntry) {
        sequence = entry.sequence
        at = entry.at
        boundary = entry.record.boundary
        text = entry.record.text
    }
}

extension JournalEntry.Record {
    fileprivate var isEvent: Bool { if case .event = self { true } else { false } }

    fileprivate var text: String? {
        switch self {
        case .intent, .event(.begun): nil
        case .event(.completed(_, let report)): report.sentence
        case .event(.failed(_, let reason)), .event(.rollbackRequested(let reason)), .event(.resumed(let reason)):
            reason
        case .note(let text): text
        }
    }
}

/// What was counted of a release's errors while it was judged, and by what it was judged.
package struct TicksReport: Codable, Equatable, Sendable {
    /// What was counted in about a second, in units; `share` is the part of 1 that went to green.
    package struct Tick: Codable, Equatable, Sendable {
        package var greenBad: Double
        package var greenOk: Double
        package var blueBad: Double
        package var blueOk: Double
        package var share: Double

        package init(greenBad: Double, greenOk: Double, blueBad: Double, blueOk: Double, share: Double) {
            self.greenBad = greenBad
            self.greenOk = greenOk
            self.blueBad = blueBad
            self.blueOk = blueOk
            self.share = share
        }
    }

    /// Green's error rate may be `factor` times blue's and `increase` more.
    package var increase: Double
    package var factor: Double
    /// Blue's error rate as it was known before.
    package var prior: Double
    /// The probability that a release within the limit is taken back, at most.
    package var alpha: Double
    package var ticks: [Tick]

    package init(increase: Double, factor: Double, prior: Double, alpha: Double, ticks: [Tick]) {
        self.increase = increase
        self.factor = factor
        self.prior = prior
        self.alpha = alpha
        self.ticks = ticks
    }
}
