import Access
import Domain
import Foundation
import Store
import TestSupport

/// A new state database with nobody in it, and the desks over it.
struct AccessFixture: Sendable {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)
    static let production = AccessedEnvironment(EnvironmentName(unchecked: "production"), isProtected: true)
    static let dev = AccessedEnvironment(EnvironmentName(unchecked: "dev"), isProtected: false)
    static let home = NetworkAddress("192.0.2.1")!

    let path: String
    let records: any AccessRecords
    let failures = FailureCounter()

    var roles: RoleDesk { RoleDesk(records: records) }
    var tokens: TokenDesk { TokenDesk(records: records, failures: failures) }
    var sessions: SessionDesk { SessionDesk(records: records, failures: failures) }
    var breakGlass: BreakGlassDesk { BreakGlassDesk(records: records, failures: failures) }

    init(path: String) {
        self.path = path
        records = AccessStore(database: StateDatabase(path: path))
    }

    static func with<Value>(_ body: (AccessFixture) async throws -> Value) async throws -> Value {
        try await withTemporaryFolder { try await body(AccessFixture(path: "\($0)/state.sqlite")) }
    }

    /// The same records, read anew from the file.
    var reopened: AccessFixture { AccessFixture(path: path) }

    /// Puts an account there with the roles, by the ways that there are: the machine and two admins.
    @discardableResult
    func add(
        _ name: String, _ grants: [RoleGrant], kind: Account.Kind = .person, at now: Date = now
    ) async throws -> Account {
        try await ensureAdmins(at: now)
        let proposal = try await roles.propose(
            grants, for: Self.name(name), kind: kind, because: "It is their work.", by: .account(Self.name("first")),
            at: now)
        _ = try await roles.confirm(proposal.id, by: .account(Self.name("second")), at: now)
        return try await account(name)
    }

    func account(_ name: String) async throws -> Account {
        guard let account = try await records.account(Self.name(name)) else {
            throw AccessError.unknownAccount(Self.name(name))
        }
        return account
    }

    /// Two admins: first and second.
    func ensureAdmins(at now: Date = now) async throws {
        guard try await records.account(Self.name("first")) == nil else { return }
        _ = try await roles.makeFirstAdmin(Self.name("first"), at: now)
        let second = try await roles.propose(
            [RoleGrant(.admin)], for: Self.name("second"), because: "Two are needed.", by: .account(Self.name("first")),
            at: now)
        _ = try await roles.confirm(second.id, by: .machine, at: now)
    }

    func session(
        of name: String, at now: Date = now
    ) async throws -> (secret: SessionSecret, subject: Subject) {
        let secret = try await sessions.begin(
            for: account(name), authenticatedAt: now, replacing: nil, at: now)
        return (secret, try await sessions.subject(of: secret, from: Self.home, at: now))
    }

    static func name(_ text: String) -> AccountName { AccountName(unchecked: text) }
}

extension Date {
    static func + (date: Date, duration: Duration) -> Date { date.addingTimeInterval(duration / .seconds(1)) }
}

extension Duration {
    static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }
    static func hours(_ count: Int) -> Duration { .minutes(60 * count) }
    static func days(_ count: Int) -> Duration { .hours(24 * count) }
}
