import Domain
package import Foundation

/// What Access keeps, as a store must keep it: each call is one transaction and durable when it answers.
package protocol AccessRecords: Sendable {
    func accounts() async throws -> [Account]
    func account(_ name: AccountName) async throws -> Account?
    /// Replaces the account by what `change` answers; all accounts are as they are at that moment. What `change`
    /// throws changes nothing.
    func changeAccount(
        _ name: AccountName, _ change: @escaping @Sendable ([Account]) throws -> Account
    ) async throws -> Account

    /// Newest first.
    func proposals() async throws -> [RoleProposal]
    /// Keeps the proposal, and the account where there is one, that `change` answers, both or neither.
    func changeRoles(
        _ change: @escaping @Sendable ([RoleProposal], [Account]) throws -> (RoleProposal, Account?)
    ) async throws -> RoleProposal

    func token(_ id: TokenID) async throws -> TokenRecord?
    func tokens(of account: AccountName) async throws -> [TokenRecord]
    /// Keeps a new token; throws `AccessError.tooMany` where the account has `limit` that still count at `now`.
    func add(_ token: TokenRecord, limit: Int, at now: Date) async throws
    /// Answers whether there was such a token.
    func revokeToken(_ id: TokenID, at now: Date) async throws -> Bool
    func revokeTokens(of account: AccountName, at now: Date) async throws
    func noteUse(of token: TokenID, at now: Date) async throws

    func session(_ digest: SecretDigest) async throws -> SessionRecord?
    /// Keeps a new session, ends `replacing` in the same transaction, and the account's oldest beyond `limit`.
    func add(_ session: SessionRecord, replacing: SecretDigest?, limit: Int) async throws
    func noteUse(of session: SecretDigest, at now: Date) async throws
    func endSession(_ digest: SecretDigest) async throws
    func endSessions(of account: AccountName) async throws
    /// Forgets sessions that began before one time or were not used since another.
    func forgetSessions(begunBefore begun: Date, unusedSince used: Date) async throws

    /// All uses that are not reviewed and the newest others, newest first.
    func breakGlassUses() async throws -> [BreakGlass]
    /// Keeps the use that `change` answers.
    func changeBreakGlass(
        _ change: @escaping @Sendable ([BreakGlass], [Account]) throws -> BreakGlass
    ) async throws -> BreakGlass

    /// Codes that were not used.
    func recoveryCodes(of account: AccountName) async throws -> [SecretDigest]
    /// Replaces all codes of an account.
    func setRecoveryCodes(_ digests: [SecretDigest], of account: AccountName) async throws
    /// Uses a code up; answers false where it was used already or is unknown, so that of two who try one succeeds.
    func spendRecoveryCode(_ digest: SecretDigest, of account: AccountName, at now: Date) async throws -> Bool

    func peers() async throws -> [VPNPeer]
    /// Keeps the peer that `change` answers; the others are as they are at that moment.
    func addPeer(_ change: @escaping @Sendable ([VPNPeer]) throws -> VPNPeer) async throws -> VPNPeer
    /// Answers whether there was such a peer.
    func removePeer(_ name: PeerName) async throws -> Bool
}
