import Foundation
import NIOCore

/// One request that came to its end, with the times that matter.
struct FinishedRequest {
    let template: RequestTemplate
    let outcome: Outcome
    /// When it should have been sent.
    let due: NIODeadline
    /// When it was sent; where it never was, when its connection was asked for.
    let started: NIODeadline
    let ended: NIODeadline
    let usedKeptConnection: Bool
}

/// Adds finished requests up to a report; asks no clock.
struct LoadTally: Sendable {
    private var counts = LoadReport()
    private var latencies = LatencyHistogram()
    /// The wall clock and the monotonic clock at the same instant.
    private let anchor: (date: Date, instant: NIODeadline)

    init(anchor: (date: Date, instant: NIODeadline)) { self.anchor = anchor }

    var report: LoadReport {
        var report = counts
        report.latency = LatencySummary(latencies)
        return report
    }

    mutating func record(_ request: FinishedRequest) {
        counts.total += 1
        counts.byTemplate[request.template.name, default: 0] += 1
        switch request.outcome {
        case .answered(let answer): record(answer, to: request)
        case .failed(let reason): record(reason, of: request)
        }
    }

    mutating func recordConnection() { counts.connectionsOpened += 1 }

    mutating func recordUnsent(_ count: Int) { counts.unsent = count }

    private mutating func record(_ answer: Outcome.Answer, to request: FinishedRequest) {
        counts.answered += 1
        counts.byStatus[answer.status, default: 0] += 1
        if answer.isApplicationError { counts.applicationErrors += 1 }
        if !answer.isFromApplication { counts.proxyAnswers += 1 }
        latencies.record(microseconds: UInt64(max(0, (request.ended - request.due).nanoseconds / 1_000)))

        let release = countedName(of: answer.release)
        counts.byRelease[release, default: 0] += 1
        let started = date(of: request.started)
        let ended = date(of: request.ended)
        var sighting =
            counts.sightings[release]
            ?? ReleaseSighting(firstSeen: ended, lastSeen: ended, lastRequestStarted: started)
        sighting.lastSeen = max(sighting.lastSeen, ended)
        sighting.lastRequestStarted = max(sighting.lastRequestStarted, started)
        counts.sightings[release] = sighting
    }

    private mutating func record(_ reason: FailureReason, of request: FinishedRequest) {
        counts.failed += 1
        counts.failuresByReason[reason, default: 0] += 1
        if request.usedKeptConnection { counts.failedOnKeptConnection += 1 }
        guard counts.failureSamples.count < Limits.failureSamples else { return }
        counts.failureSamples.append(
            FailureSample(
                time: date(of: request.ended), method: request.template.method, path: request.template.path,
                reason: reason,
                afterMilliseconds: Double((request.ended - request.started).nanoseconds) / 1e6,
                usedKeptConnection: request.usedKeptConnection))
    }

    private func countedName(of release: String?) -> String {
        guard let release else { return LoadReport.unknownRelease }
        let isKnown = counts.byRelease[release] != nil
        return isKnown || counts.byRelease.count < Limits.releases ? release : LoadReport.otherReleases
    }

    private func date(of instant: NIODeadline) -> Date {
        anchor.date.addingTimeInterval(Double((instant - anchor.instant).nanoseconds) / 1e9)
    }
}
