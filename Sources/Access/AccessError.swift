package import Domain
package import Foundation

/// Why somebody is not let in, or why something about people, roles and networks is refused.
///
/// What a stranger could learn from (which token, which account) stays out of the sentences for strangers.
package enum AccessError: Error, Equatable {
    // Accounts and roles
    case unknownAccount(AccountName)
    case disabled(AccountName)
    case dormant(AccountName)
    case otherKind(AccountName, Account.Kind)
    case auditorActs(AccountName, RoleSet)
    case adminOfSome(AccountName)
    case roleNeedsPerson(AccountName, Role)
    case environmentCount(Int, limit: Int)
    case unknownProposal(UUID)
    case proposalClosed(UUID, RoleProposal.State)
    case selfConfirmation(UUID)
    case ownRoles(UUID)
    case rolesChangedMeanwhile(AccountName)
    case notAdmin(AccountName)
    case lastAdmin(AccountName)
    case machineIsNoAdmin(admins: Int)
    case tooMany(String, limit: Int)
    case wordsMissing(String)
    case wordsTooLong(String, limit: Int)

    // Requests
    case environmentsDiffer(EnvironmentName, place: String, other: EnvironmentName, otherPlace: String)
    case wrongNetwork(NetworkAddress, EnvironmentName)
    case network(String, String, mend: String?)

    // Tokens and sessions
    case badToken
    case tokenExpired(TokenID, Date)
    case tokenRevoked(TokenID)
    case unknownToken(TokenID)
    case tokenMakesToken
    case tokenAge(TimeInterval)
    case scopeTooWide(AccountName)
    case scopeBeyondRights(AccountName, Permission)
    case scopeBeyondEnvironments(AccountName, EnvironmentName)
    case noSession
    case sessionOver
    case sessionNeedsPerson(AccountName)
    case locked(String, until: Date)

    // Sign-in
    case issuer(String)
    /// The provider answered something that can't be used.
    case provider(String)
    /// The provider could not be asked at all; break-glass codes are for that.
    case providerUnreachable(String)
    case identityToken(String)
    case emailNotVerified(String)
    case notInGroup(AccountName, [String])
    case contextMissing([String])
    case noAccount(AccountName)
    case otherIdentity(AccountName)
    case unknownSignIn
    case otherBrowser
    case tooManySignIns
    case noDeviceFlow(String)
    case deviceCodeExpired
    case proofNotFresh

    // Break-glass
    case notOnCall(AccountName, EnvironmentName)
    case breakGlassUnprotected(EnvironmentName)
    case reviewOverdue(UUID)
    case breakGlassOpenAlready(EnvironmentName)
    case reasonTooShort(Int)
    case breakGlassDuration
    case unknownBreakGlass(UUID)
    case breakGlassOver(UUID)
    case breakGlassActive(UUID)
    case notToEnd(AccountName)
    case reviewedAlready(UUID)
    case reviewByParticipant(AccountName)
    case badRecoveryCode

    // VPN
    case vpnTooSmall(NetworkBlock)
    case vpnEndpoint(String)
    case vpnServerKey
    case vpnFull(NetworkBlock)
    case peerAge
    case peerThere(PeerName)
    case unknownPeer(PeerName)
}

extension AccessError {
    /// Takes words of somebody's own: not empty, not endless, on one line.
    static func words(_ text: String, of what: String) throws(AccessError) -> String {
        let plain = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !plain.isEmpty else { throw .wordsMissing(what) }
        guard plain.count <= Limits.wordCharacters else { throw .wordsTooLong(what, limit: Limits.wordCharacters) }
        return String(plain.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
    }
}
