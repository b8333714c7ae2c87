import Audit
import Domain
import Foundation
import Postgres
import Testing

@testable import ControlPlane

/// The lines of the database's log on their way into the record.
struct ServerMessagesTests {
    private static let stamp = "2026-11-28T19:10:16.12345"

    @Test func `indented lines go on with the message before`() {
        var messages = ServerMessages()
        let lines = ["a one", "\ttwo", "\tthree", "b four"].map { Substring("\(Self.stamp) \($0)") }
        #expect(lines.map { messages.take($0)?.text } == [nil, nil, nil, "a one\ntwo\nthree"])
        #expect(messages.end()?.text == "b four")
        #expect(messages.end() == nil)
        #expect(messages.take("") == nil && messages.take("nothing") == nil && messages.end() == nil)
    }

    @Test func `a message has a bound`() throws {
        var messages = ServerMessages()
        _ = messages.take("\(Self.stamp) begin")
        for _ in 0..<5_000 { _ = messages.take("\(Self.stamp) \tmore") }
        let text = try #require(messages.end()?.text)
        #expect(text.split(separator: "\n").count == Limits.serverMessageLines)
    }

    @Test func `a position counts the lines of its stamp`() {
        var position = AccessPosition()
        for stamp in ["a", "b", "b", "b"] { position.note(stamp) }
        #expect(position.stamp == "b" && position.lines == 3)
    }

    @Test func `what is alike is counted together and recorded without values`() throws {
        let head = "2026-11-28 19:10:16.123 UTC [12] app_commands@app_production \(DataAccesses.applicationPrefix)"
        let id = UUID()
        let text =
            "\(head)\(id) LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.loads,select 'Dana' from loads,<none>"
        let access = try #require(AuditedAccess(message: text))
        var counted = CountedAccesses()
        for second in 16...18 { counted.add(access, at: "2026-11-28T19:10:\(second).12345") }
        let (kind, count) = try #require(counted.counts.first)
        #expect(counted.counts.count == 1 && count.times == 3)
        let entry = CountedAccesses.entry(of: kind, count, in: .production, by: nil)
        #expect(entry.target == id.uuidString && entry.environment == .production)
        #expect(entry.details["statement"] == "select ? from loads" && entry.details["times"] == "3")
        #expect(entry.details["object"] == "public.loads" && entry.actor.id == "role:app_commands")
        #expect((entry.at.timeIntervalSince1970 * 1_000).rounded() == 1_795_893_018_123)
    }
}

extension EnvironmentName {
    fileprivate static let production = EnvironmentName(unchecked: "production")
}
