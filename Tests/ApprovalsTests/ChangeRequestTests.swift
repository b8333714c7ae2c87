import Access
import Approvals
import Domain
import Foundation
import Testing

/// Whose yes to a change counts, and what ends a request.
struct ChangeRequestTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let production = EnvironmentName(unchecked: "production")

    private func request(_ needs: [Role] = [.releaseManager], authors: [String] = []) -> ChangeRequest {
        let release = ReleaseReference(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: "1.0.0"),
            digest: ArtifactDigest(unchecked: String(repeating: "0", count: 64)))
        return ChangeRequest(
            id: UUID(), environment: production, change: .deploy(release, strategy: nil), digest: "abc",
            requestedBy: AccountName(unchecked: "dora"), authors: authors, needs: needs, reason: nil, createdAt: now)
    }

    private func account(_ name: String, _ roles: Role..., kind: Account.Kind = .person) -> Account {
        Account(
            name: AccountName(unchecked: name), kind: kind,
            grants: roles.map { RoleGrant($0, in: .only([production])) },
            createdAt: now)
    }

    @Test func `a schema change takes a release manager and a DBA, and nobody counts for both`() throws {
        var request = request(ChangeRequest.needs(hasMigrations: true))
        #expect(ChangeRequest.needs(hasMigrations: false) == [.releaseManager])
        try request.approve(by: account("both", .releaseManager, .dba), digest: "abc", note: nil, at: now)
        #expect(request.state(at: now) == .waiting && request.missing.count == 1)
        // Whoever has both roles counts as the one that nobody else has.
        try request.approve(by: account("rita", .releaseManager), digest: "abc", note: "seen", at: now)
        #expect(request.state(at: now) == .approved && request.missing.isEmpty)
        try request.complete(as: DeploymentID(7), at: now)
        #expect(request.state(at: now) == .done && request.ending?.deployment == DeploymentID(7))
    }

    @Test func `two release managers are no DBA`() throws {
        var request = request([.releaseManager, .dba])
        for name in ["rita", "rolf"] {
            try request.approve(by: account(name, .releaseManager), digest: "abc", note: nil, at: now)
        }
        #expect(request.missing == [.dba])
        #expect(throws: ApprovalError.self) { try request.complete(as: nil, at: now) }
    }

    @Test
    func `a yes does not count of whoever asked, wrote it, is a program, has no role there or saw something else`() {
        let authors = ["Ana Ruiz <ana@example.com>", "rolf"]
        let refused: [(account: Account, digest: String, sentence: String)] = [
            (account("dora", .releaseManager), "abc", "you made it"),
            (account("ana@example.com", .releaseManager), "abc", "wrote commits"),
            (account("rolf", .releaseManager), "abc", "wrote commits"),
            (account("bot", .releaseManager, kind: .service), "abc", "service account"),
            (account("dev", .developer), "abc", "has none of the roles"),
            (account("rita", .releaseManager), "other", "look at it again"),
        ]
        for (account, digest, sentence) in refused {
            var request = request(authors: authors)
            do {
                try request.approve(by: account, digest: digest, note: nil, at: now)
                Issue.record("the yes of \(account.name) counted")
            } catch {
                #expect("\(error)".contains(sentence), "\(error)")
            }
            #expect(request.approvals.isEmpty)
        }
    }

    @Test func `one person counts once, and nothing counts after the end`() throws {
        var request = request([.releaseManager, .dba])
        let rita = account("rita", .releaseManager)
        try request.approve(by: rita, digest: "abc", note: nil, at: now)
        #expect(throws: ApprovalError.approvedAlready(rita.name)) {
            try request.approve(by: rita, digest: "abc", note: nil, at: now)
        }
        let late = now.addingTimeInterval(24 * 3_600)
        #expect(request.state(at: late) == .expired)
        #expect(throws: ApprovalError.requestClosed(request.id, .expired)) {
            try request.approve(by: account("dan", .dba), digest: "abc", note: nil, at: late)
        }
        #expect(throws: ApprovalError.reasonMissing) { try request.reject(by: rita.name, because: " ", at: now) }
        try request.reject(by: rita.name, because: "not on a Friday", at: now)
        #expect(request.state(at: now) == .rejected)
        #expect(throws: ApprovalError.requestClosed(request.id, .rejected)) {
            try request.void(because: "x", at: now)
        }
    }

    @Test func `whoever asked withdraws, and a changed plan makes it void`() throws {
        var withdrawn = request()
        try withdrawn.reject(by: AccountName(unchecked: "dora"), because: "another one comes", at: now)
        #expect(withdrawn.state(at: now) == .withdrawn)
        var void = request()
        try void.approve(by: account("rita", .releaseManager), digest: "abc", note: nil, at: now)
        try void.void(because: "a secret was changed", at: now)
        #expect(void.state(at: now) == .void && void.ending?.reason == "a secret was changed")
    }
}
