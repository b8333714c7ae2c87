package import Foundation
import Synchronization

/// Counts failed attempts and locks whom they come from: ten, then half an hour (PCI DSS 8.3.4).
///
/// It lives in memory, with a bound for each kind of key, so that nobody can fill it: failures of accounts are noted
/// only for accounts that exist, and an IPv6 address counts with its whole /64. A restart forgets locks; what they
/// guard has 80 random bits and more.
package final class FailureCounter: Sendable {
    /// Whose failures are counted.
    package enum Key: Hashable, Sendable {
        case account(AccountName)
        case address(NetworkAddress)

        var words: String {
            switch self {
            case .account(let name): "The account '\(name)'"
            case .address(let address): "The address \(address)"
            }
        }
    }

    private struct Failures {
        var count = 0
        var first: Date
        var lockedUntil: Date?

        func isOver(at now: Date) -> Bool {
            now >= lockedUntil ?? first.addingTimeInterval(Limits.lockAge)
        }

        var end: Date { lockedUntil ?? first.addingTimeInterval(Limits.lockAge) }
    }

    private struct Table {
        var entries: [Key: Failures] = [:]
        let limit: Int
    }

    private let accounts: Mutex<Table>
    private let addresses: Mutex<Table>

    package init(accountLimit: Int? = nil, addressLimit: Int? = nil) {
        accounts = Mutex(Table(limit: accountLimit ?? Limits.failingAccounts))
        addresses = Mutex(Table(limit: addressLimit ?? Limits.failingAddresses))
    }

    /// Throws while the key is locked.
    package func check(_ key: Key, at now: Date) throws(AccessError) {
        let end = withTable(of: key) { $0.entries[Self.counted(key)]?.lockedUntil }
        if let end, now < end { throw .locked(key.words, until: end) }
    }

    /// Counts one failure.
    package func note(_ key: Key, at now: Date) {
        let key = Self.counted(key)
        withTable(of: key) { table in
            var failures = table.entries[key] ?? Failures(first: now)
            if failures.isOver(at: now) { failures = Failures(first: now) }
            failures.count += 1
            if failures.count >= Limits.failures, failures.lockedUntil == nil {
                failures.lockedUntil = now.addingTimeInterval(Limits.lockAge)
            }
            if table.entries[key] == nil { Self.makeRoom(in: &table, at: now) }
            table.entries[key] = failures
        }
    }

    /// Forgets an account's failures after a success; those of an address stay, or one good token would hide guesses.
    package func forget(_ account: AccountName) {
        accounts.withLock { $0.entries[.account(account)] = nil }
    }

    /// How many keys are remembered.
    package var count: Int { accounts.withLock(\.entries.count) + addresses.withLock(\.entries.count) }

    private func withTable<Result: Sendable>(of key: Key, _ body: (inout sending Table) -> Result) -> Result {
        switch key {
        case .account: accounts.withLock { body(&$0) }
        case .address: addresses.withLock { body(&$0) }
        }
    }

    private static func counted(_ key: Key) -> Key {
        if case .address(let address) = key { .address(address.neighbourhood) } else { key }
    }

    /// Drops what is over, and a tenth of the rest where that is not enough: those first that end soonest.
    private static func makeRoom(in table: inout Table, at now: Date) {
        guard table.entries.count >= table.limit else { return }
        table.entries = table.entries.filter { !$0.value.isOver(at: now) }
        guard table.entries.count >= table.limit else { return }
        let leaving = table.entries.sorted { $0.value.end < $1.value.end }.prefix(max(table.limit / 10, 1))
        for (key, _) in leaving { table.entries[key] = nil }
    }
}
