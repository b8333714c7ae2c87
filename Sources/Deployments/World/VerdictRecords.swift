package import Domain
package import Foundation
package import Judging

/// Keeps what was seen of a release on trial, so that its verdict can be come to again.
package protocol VerdictRecords: Sendable {
    /// Appends one record; the first, with number 0, tells how the trial began.
    func append(_ body: Data, at number: Int, of deployment: DeploymentID) async throws
    /// All records of a trial, in order; none where there was no trial.
    func bodies(of deployment: DeploymentID) async throws -> [Data]
}

extension VerdictRecords {
    /// What was counted of a trial's errors, for who judges it again; nil where there was no trial.
    package func recordedTrial(of deployment: DeploymentID) async throws -> RecordedTrial? {
        try await TrialRecords(bodies(of: deployment))?.recorded
    }

    /// A trial as it stood after its newest look; nil where there was none.
    package func trial(of deployment: DeploymentID) async throws -> Trial? {
        try await TrialRecords(bodies(of: deployment))?.trial
    }
}

/// The records of a trial, read.
struct TrialRecords {
    private let opening: Trial.Opening
    private let looks: [Trial.Look]

    /// Nil where there are none.
    init?(_ bodies: [Data]) throws {
        guard let first = bodies.first else { return nil }
        opening = try JSONDecoder().decode(Trial.Opening.self, from: first)
        looks = try bodies.dropFirst().map { try JSONDecoder().decode(Trial.Look.self, from: $0) }
    }

    var trial: Trial { looks.reduce(into: Trial(opening)) { $0.observe($1) } }

    var recorded: RecordedTrial {
        RecordedTrial(settings: RecordedSettings(opening), ticks: looks.flatMap { $0.ticks.map(RecordedTick.init) })
    }
}

extension RecordedSettings {
    fileprivate init(_ opening: Trial.Opening) {
        let settings = opening.settings
        self.init(
            increase: settings.errorLimit.increase, factor: settings.errorLimit.factor,
            prior: settings.prior(after: opening.before), alpha: settings.alpha)
    }
}

extension RecordedTick {
    fileprivate init(_ tick: Tick) {
        self.init(
            greenBad: tick.green.bad, greenOk: tick.green.ok, blueBad: tick.blue.bad, blueOk: tick.blue.ok,
            share: tick.share)
    }
}
