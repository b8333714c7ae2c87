import Testing

@testable import Telemetry

/// What a request was, by what HAProxy says of it.
struct OutcomeTests {
    /// A row: status, microseconds to the answer's head, milliseconds to its end, termination state, what it was.
    private static let table: [(Int, Int?, Int, String, Outcome)] = [
        (200, 1_500, 2, "--", .answered(microseconds: 1_500)),
        (301, 1_500, 2, "--", .answered(microseconds: 1_500)),
        (404, 900, 1, "--", .answered(microseconds: 900)),
        (499, 900, 1, "--", .answered(microseconds: 900)),
        // A download that takes an hour was answered as soon as its head came.
        (200, 900, 3_600_000, "--", .answered(microseconds: 900)),
        (500, 900, 1, "--", .failed(isAnswered: true)),
        (503, 900, 1, "--", .failed(isAnswered: true)),
        // Made up by HAProxy: no connection, no answer in time, no valid answer, none at all.
        (503, nil, 2_000, "SC", .failed(isAnswered: false)),
        (504, nil, 60_000, "sH", .failed(isAnswered: false)),
        (502, nil, 3, "SH", .failed(isAnswered: false)),
        (502, nil, 3, "PH", .failed(isAnswered: false)),
        (503, nil, 10_000, "sQ", .failed(isAnswered: false)),
        (-1, nil, 3, "SH", .failed(isAnswered: false)),
        (-1, nil, 3, "--", .failed(isAnswered: false)),
        // Broken off by the application, or given up waiting for the rest of it.
        (200, 900, 40, "SD", .failed(isAnswered: true)),
        (200, 900, 60_000, "sD", .failed(isAnswered: true)),
        (200, 900, 60_000, "D-", .failed(isAnswered: true)),
        // The client gave up before the head, or was too slow with its request.
        (-1, nil, 300, "CH", .gaveUp(milliseconds: 300)),
        (503, nil, 300, "CC", .gaveUp(milliseconds: 300)),
        (503, nil, 300, "CQ", .gaveUp(milliseconds: 300)),
        (400, nil, 300, "CR", .gaveUp(milliseconds: 300)),
        (408, nil, 10_000, "cD", .gaveUp(milliseconds: 10_000)),
        // The client went away during the answer: it counts by its status.
        (200, 900, 300, "CD", .answered(microseconds: 900)),
        (200, 900, 300, "cD", .answered(microseconds: 900)),
        (500, 900, 300, "CD", .failed(isAnswered: true)),
        // Websockets, however they end, and what an operator ended.
        (101, 900, 3_600_000, "--", .leftOut),
        (101, 900, 3_600_000, "CD", .leftOut),
        (200, 900, 3_600_000, "K-", .leftOut),
        (503, nil, 30, "KC", .leftOut),
        // Refused by HAProxy before an application was asked.
        (403, nil, 0, "PR", .leftOut),
        (413, nil, 0, "PR", .leftOut),
    ]

    @Test(arguments: table.indices)
    func `a request is what its line says`(row: Int) throws {
        let (status, microseconds, milliseconds, state, expected) = Self.table[row]
        let outcome = Outcome(
            status: status, microseconds: microseconds, milliseconds: milliseconds,
            termination: try #require(state.utf8.first))
        #expect(outcome == expected, "\(status) \(state)")
    }

    private static let times: [(Outcome, Double?, JudgedTime?)] = [
        (Outcome.answered(microseconds: 1_500), 10.0, JudgedTime.microseconds(1_500)),
        (.failed(isAnswered: false), nil, .unanswered),
        (.failed(isAnswered: true), 10, nil),
        (.gaveUp(milliseconds: 11), 10, .unanswered),
        (.gaveUp(milliseconds: 10), 10, nil),
        (.gaveUp(milliseconds: 60_000), nil, nil),
        (.leftOut, 10, nil),
    ]

    @Test(arguments: times.indices)
    func `who gave up counts as infinitely slow after having waited longer than others do`(row: Int) {
        let (outcome, patience, time) = Self.times[row]
        #expect(outcome.judgedTime(patience: patience) == time)
    }
}
