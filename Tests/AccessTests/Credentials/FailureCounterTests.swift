import Access
import Foundation
import Testing

/// Failures: ten lock for half an hour, and nobody can fill the memory with them.
struct FailureCounterTests {
    private let now = AccessFixture.now
    private let ana = FailureCounter.Key.account(AccessFixture.name("ana"))

    private func isLocked(_ counter: FailureCounter, _ key: FailureCounter.Key, at time: Date) -> Bool {
        (try? counter.check(key, at: time)) == nil
    }

    @Test func `the tenth failure locks, for half an hour from then`() {
        let counter = FailureCounter()
        for minute in 0..<9 { counter.note(ana, at: now + .minutes(minute)) }
        #expect(!isLocked(counter, ana, at: now + .minutes(9)))
        counter.note(ana, at: now + .minutes(9))
        #expect(isLocked(counter, ana, at: now + .minutes(9)))
        #expect(isLocked(counter, ana, at: now + .minutes(38)))
        #expect(!isLocked(counter, ana, at: now + .minutes(39)))
        counter.note(ana, at: now + .minutes(40))
        #expect(!isLocked(counter, ana, at: now + .minutes(40)), "it begins anew")
    }

    @Test func `failures are forgotten after half an hour, and after a success of the account`() {
        let counter = FailureCounter()
        for _ in 0..<9 { counter.note(ana, at: now) }
        counter.note(ana, at: now + .minutes(31))
        #expect(!isLocked(counter, ana, at: now + .minutes(31)))
        for _ in 0..<8 { counter.note(ana, at: now + .minutes(31)) }
        counter.forget(AccessFixture.name("ana"))
        counter.note(ana, at: now + .minutes(31))
        #expect(!isLocked(counter, ana, at: now + .minutes(31)))
    }

    @Test func `an IPv6 network counts as one, an IPv4 address alone`() throws {
        let counter = FailureCounter()
        for host in 0..<10 { counter.note(.address(NetworkAddress("2001:db8::\(host)")!), at: now) }
        #expect(isLocked(counter, .address(NetworkAddress("2001:db8::ffff")!), at: now))
        #expect(!isLocked(counter, .address(NetworkAddress("2001:db8:0:1::1")!), at: now))
        for _ in 0..<10 { counter.note(.address(NetworkAddress("::ffff:192.0.2.7")!), at: now) }
        #expect(isLocked(counter, .address(NetworkAddress("192.0.2.7")!), at: now))
        #expect(!isLocked(counter, .address(NetworkAddress("192.0.2.8")!), at: now))
    }

    @Test func `memory is bounded, and a flood of addresses unlocks no account`() {
        let counter = FailureCounter(accountLimit: 100, addressLimit: 100)
        for _ in 0..<10 { counter.note(ana, at: now) }
        for number in 0..<5_000 {
            counter.note(.address(NetworkAddress("10.\(number / 250).\(number % 250).1")!), at: now)
        }
        #expect(counter.count <= 101)
        #expect(isLocked(counter, ana, at: now))
    }
}
