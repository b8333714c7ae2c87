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
        try await RecordedTrial(records: bodies(of: deployment))
    }
}

extension RecordedTrial {
    /// Nil where there are no records.
    init?(records bodies: [Data]) throws {
        guard let first = bodies.first else { return nil }
        let opening = try JSONDecoder().decode(Trial.Opening.self, from: first)
        var ticks: [RecordedTick] = []
        for body in bodies.dropFirst() {
            ticks += try JSONDecoder().decode(Trial.Look.self, from: body).ticks.map(RecordedTick.init)
        }
        self.init(settings: RecordedSettings(opening), ticks: ticks)
    }
}

extension VerdictRecords {
    /// A trial as it stood after its newest look; nil where there was none.
    package func trial(of deployment: DeploymentID) async throws -> Trial? {
        try await Trial(records: bodies(of: deployment))
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

extension Trial {
    /// Nil where there are no records.
    init?(records bodies: [Data]) throws {
        guard let first = bodies.first else { return nil }
        self.init(try JSONDecoder().decode(Opening.self, from: first))
        for body in bodies.dropFirst() { observe(try JSONDecoder().decode(Look.self, from: body)) }
    }
}
