import Domain
import Testing

@testable import Telemetry

/// What was not seen is said, with numbers; what is merely quiet is not.
struct GapTests {
    private func begun() throws -> FedBook {
        var fed = FedBook()
        fed.begin()
        try fed.read([divided(1, to: "s1")])
        return fed
    }

    @Test func `a proxy without traffic is no gap while it is connected`() throws {
        var fed = try begun()
        _ = fed.take()
        fed.now += .seconds(3_600)
        #expect(fed.take() == UnitObservation())
    }

    @Test func `nothing is known while no proxy is connected`() throws {
        var fed = try begun()
        fed.now += .seconds(1)
        fed.book.continuity.closed(at: fed.now)
        fed.now += .seconds(2)
        #expect(fed.take().gap == "HAProxy's request log is not connected: nothing is known of 2.0 s.")
        fed.now += .seconds(1)
        #expect(fed.take().gap?.contains("is not connected: nothing is known of 1.0 s") == true)
        fed.now += .milliseconds(500)
        fed.book.continuity.connected(at: fed.now)
        fed.now += .milliseconds(500)
        #expect(fed.take().gap?.contains("was not connected: nothing is known of 0.5 s") == true)
        #expect(fed.take().gap == nil)
    }

    @Test func `a reader that was never connected knows nothing`() {
        let now = ContinuousClock.now
        var book = LogBook(
            environments: [EnvironmentDefinition(name: FedBook.production, domains: [])], at: now)
        book.begin(
            Drawing(
                environment: FedBook.production, stable: FedBook.slots.0, candidate: FedBook.slots.1, salts: "1."),
            at: now)
        #expect(book.take(FedBook.production, at: now + .seconds(1)).gap != nil)
    }

    @Test func `a process of the proxy that goes while another one stays may have had requests`() throws {
        var fed = try begun()
        fed.book.continuity.connected(at: fed.now)
        fed.book.continuity.closed(at: fed.now)
        #expect(fed.take().gap?.hasPrefix("1 process of HAProxy closed the request log") == true)
        #expect(fed.take().gap == nil)
    }

    @Test func `lost lines are counted once`() throws {
        var fed = try begun()
        for number in [1, 5, 6] { try fed.read(text: LogLine(process: 9, number: number).text) }
        #expect(fed.take().gap == "3 of 7 lines of the request log were lost.")
        try fed.read(text: LogLine(process: 9, number: 7).text)
        #expect(fed.take().gap == nil)
    }

    @Test(arguments: [("1 event dropped", 1), ("23 events dropped", 23), ("<133>23 events dropped\n", nil)])
    func `what the proxy says to have dropped is lost`(message: String, count: Int?) throws {
        var fed = try begun()
        try fed.read(text: message)
        #expect(fed.take().gap == count.map { "\($0) of \($0 + 1) lines of the request log were lost." })
    }

    @Test(arguments: [
        "Server production-s1-read/web1 is DOWN.", "Proxy web stopped (cumulated conns: FE: 3, BE: 0).", "x",
    ])
    func `other messages of the proxy are neither requests nor a gap`(message: String) throws {
        var fed = try begun()
        try fed.read(text: message)
        let observation = fed.take()
        #expect(observation.gap == nil)
        #expect(observation.blue == AnswerCounts(requests: 1))
    }

    @Test func `a line that cannot be read is a gap`() throws {
        var fed = try begun()
        try fed.read(text: "r1 nonsense")
        #expect(fed.take().gap == "1 line of the request log could not be read.")
    }

    @Test func `bytes that are no frame are a gap, and what was whole before them counts`() throws {
        var fed = try begun()
        let buffer = FrameBuffer()
        var line = divided(2, to: "s1")
        line.number = 1
        buffer.append(framed(line.text) + Array("garbage".utf8))
        #expect(throws: FrameBuffer.Malformed.self) { try fed.book.read(buffer, at: fed.now) }
        let observation = fed.take()
        #expect(observation.blue == AnswerCounts(requests: 2))
        #expect(observation.gap == "1 line of the request log could not be read.")
    }

    @Test func `several causes are all said`() throws {
        var fed = try begun()
        try fed.read(text: "r1 nonsense")
        try fed.read(text: "3 events dropped")
        fed.book.continuity.closed(at: fed.now)
        fed.now += .seconds(1)
        let gap = try #require(fed.take().gap)
        #expect(gap.contains("not connected") && gap.contains("were lost") && gap.contains("could not be read"))
    }

    @Test func `an environment that is not known has no silence to conclude from`() {
        var fed = FedBook()
        #expect(fed.book.take(EnvironmentName(unchecked: "nowhere"), at: fed.now).gap != nil)
    }

    @Test func `what happened before the drawing is none of its gaps`() throws {
        var fed = FedBook()
        try fed.read(text: "r1 nonsense")
        fed.begin()
        #expect(fed.take().gap == nil)
    }
}
