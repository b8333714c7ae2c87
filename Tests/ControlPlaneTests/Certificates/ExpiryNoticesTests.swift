import Foundation
import Testing
import Traffic

@testable import ControlPlane

/// When the log tells that a certificate ends.
struct ExpiryNoticesTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func certificate(_ name: String, days: Double, hasEnded: Bool = false) -> EndingCertificate {
        EndingCertificate(name: name, end: now + days * 86_400, hasEnded: hasEnded)
    }

    @Test func `each certificate is told once a day`() {
        var notices = ExpiryNotices()
        let ending = [certificate("a.pem", days: 5), certificate("b.pem", days: 9)]
        #expect(notices.due(of: [ending[0]], now: now) == [ending[0]])
        #expect(notices.due(of: ending, now: now + 3_600) == [ending[1]])
        #expect(notices.due(of: ending, now: now + 86_399).isEmpty)
        #expect(notices.due(of: ending, now: now + 86_400) == [ending[0]])
        #expect(notices.due(of: ending, now: now + 90_000) == [ending[1]])
    }

    @Test func `one that has ended is told at once, and so is the end of its successor`() {
        var notices = ExpiryNotices()
        _ = notices.due(of: [certificate("a.pem", days: 5)], now: now)
        let ended = certificate("a.pem", days: 5, hasEnded: true)
        #expect(notices.due(of: [ended], now: now + 60) == [ended])
        #expect(notices.due(of: [], now: now + 120).isEmpty)
        let successor = certificate("a.pem", days: 12)
        #expect(notices.due(of: [successor], now: now + 180) == [successor])
    }
}
