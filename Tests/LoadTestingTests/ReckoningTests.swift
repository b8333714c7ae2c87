import Foundation
import NIOCore
import Testing

@testable import LoadTesting

/// The pure parts: times, buckets, draws, cookies.
struct ReckoningTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func `the timetable is a line, whatever the answers do`() throws {
        var plan = try anyPlan()
        plan.requestsPerSecond = 200
        plan.duration = .seconds(1)
        let timetable = Timetable(plan: plan, start: start)
        #expect(timetable.dueTime(ofRequest: 0, now: start) == start)
        #expect(timetable.dueTime(ofRequest: 7, now: start) == start + .milliseconds(35))
        #expect(timetable.dueTime(ofRequest: 199, now: start) == start + .milliseconds(995))
        #expect(timetable.dueTime(ofRequest: 200, now: start) == nil)
        #expect(timetable.dueCount(by: start + .seconds(5)) == 200)
    }

    @Test func `without a rate a request is due when it is asked for`() throws {
        var plan = try anyPlan()
        plan.totalRequests = 3
        let timetable = Timetable(plan: plan, start: start)
        #expect(timetable.dueTime(ofRequest: 2, now: start + .seconds(9)) == start + .seconds(9))
        #expect(timetable.dueTime(ofRequest: 3, now: start) == nil)
        #expect(timetable.dueCount(by: start + .seconds(9)) == nil)
    }

    @Test(arguments: [0.5, 0.95, 0.99, 1.0])
    func `a quantile is within 1 percent of the exact one`(quantile: Double) {
        var generator = SplitMix64(state: 42)
        var histogram = LatencyHistogram()
        let values = (0..<20_000).map { _ in UInt64(exp(Double.random(in: 0..<16, using: &generator))) }.sorted()
        for value in values { histogram.record(microseconds: value) }
        let exact = values[Int((Double(values.count) * quantile).rounded(.up)) - 1]
        let found = histogram.microseconds(atQuantile: quantile)
        #expect(abs(Double(found) - Double(exact)) <= Double(exact) * 0.01)
    }

    @Test func `a histogram keeps small values, the largest and none at all exactly`() {
        var histogram = LatencyHistogram()
        #expect(histogram.microseconds(atQuantile: 0.99) == 0)
        for value in UInt64(0)...255 { histogram.record(microseconds: value) }
        #expect(histogram.microseconds(atQuantile: 0.5) == 127)
        histogram.record(microseconds: .max)
        #expect(histogram.largestMicroseconds == .max)
        #expect(histogram.count == 257)
    }

    @Test func `templates are drawn by weight and the same seed draws the same`() throws {
        let mix = [RequestTemplate(name: "a", path: "/", weight: 3), RequestTemplate(name: "b", path: "/", weight: 1)]
        let plan = try LoadPlan(baseURLs: [URL(string: "http://127.0.0.1:1")!], mix: mix)
        var first = RequestDraw(plan: plan)
        var second = RequestDraw(plan: plan)
        let drawn = (0..<4_000).map { _ in first.template().name }
        #expect(drawn == (0..<4_000).map { _ in second.template().name })
        #expect((2_800...3_200).contains(drawn.count { $0 == "a" }))
    }

    @Test func `the last request of a release is the one that started last, not the one that ended last`() throws {
        let epoch = Date(timeIntervalSince1970: 0)
        var tally = LoadTally(anchor: (epoch, start))
        let template = RequestTemplate(name: "read", path: "/")
        for (started, ended) in [(10, 500), (40, 60), (20, 30)] {
            let answer = Outcome.Answer(status: 200, release: "1.0.0", isFromApplication: true)
            tally.record(
                FinishedRequest(
                    template: template, outcome: .answered(answer), due: start,
                    started: start + .milliseconds(Int64(started)), ended: start + .milliseconds(Int64(ended)),
                    usedKeptConnection: false))
        }
        let sighting = try #require(tally.report.sightings["1.0.0"])
        #expect(sighting.lastRequestStarted == epoch.addingTimeInterval(0.040))
        #expect(sighting.lastSeen == epoch.addingTimeInterval(0.500))
        #expect(tally.report.latency.maxMilliseconds == 500)
    }

    @Test func `a report survives its JSON`() throws {
        var tally = LoadTally(anchor: (Date(timeIntervalSince1970: 0), start))
        let template = RequestTemplate(name: "read", path: "/")
        tally.record(
            FinishedRequest(
                template: template, outcome: .failed(.proxyMade503), due: start, started: start, ended: start,
                usedKeptConnection: true))
        let report = tally.report
        let json = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(LoadReport.self, from: json) == report)
        #expect(String(decoding: json, as: UTF8.self).contains(#""failuresByReason":{"proxyMade503":1}"#))
    }

    @Test func `a cookie is replaced by its name and removed by Max-Age=0`() {
        var jar = CookieJar()
        #expect(jar.header == nil)
        jar.store(setCookie: "switchyard_unit=a1; Path=/; HttpOnly")
        jar.store(setCookie: "theme=dark")
        jar.store(setCookie: "switchyard_unit=b2=; Secure")
        #expect(jar["switchyard_unit"] == "b2=")
        #expect(jar.header == "theme=dark; switchyard_unit=b2=")
        jar.store(setCookie: "theme=; Max-Age=0")
        #expect(jar.header == "switchyard_unit=b2=")
        jar.store(setCookie: "nonsense")
        #expect(jar.header == "switchyard_unit=b2=")
    }

    private func anyPlan() throws -> LoadPlan {
        try LoadPlan(baseURLs: [URL(string: "http://127.0.0.1:1")!], mix: [RequestTemplate(name: "read", path: "/")])
    }
}
