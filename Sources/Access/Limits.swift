package import Foundation

/// Bounds of everything here that could grow or wait. Times are in seconds where they are no `Duration`.
package enum Limits {
    /// Accounts that can be kept.
    static let accounts = 10_000
    /// Environments that one grant may name.
    static let grantEnvironments = 100
    /// Characters of a reason, an incident or a label.
    static let wordCharacters = 500
    /// The fewest characters that a reason for break-glass may have.
    static let shortestReason = 10
    /// How long a proposal of roles waits for a second person.
    static let proposalAge: TimeInterval = 7 * 86_400
    /// How long an account may go unused before it counts as disabled (PCI DSS 8.2.6).
    static let dormantAge: TimeInterval = 90 * 86_400

    /// How long a token lives unless it says otherwise.
    package static let tokenAge: TimeInterval = 90 * 86_400
    /// How long a token may live.
    package static let longestTokenAge: TimeInterval = 365 * 86_400
    /// How long the token lives that a command line has from a sign-in.
    package static let signedInTokenAge: TimeInterval = 12 * 3_600
    /// Tokens of one account that are neither expired nor revoked.
    static let tokens = 50
    /// How exactly it is noted when a token was used.
    static let tokenUseGrain: TimeInterval = 3_600
    /// How exactly it is noted when an account was seen.
    static let accountUseGrain: TimeInterval = 86_400

    /// How long a session may be idle (PCI DSS 8.2.8).
    package static let sessionIdle: TimeInterval = 15 * 60
    /// How long a session may last, however busy it is.
    package static let sessionAge: TimeInterval = 12 * 3_600
    /// How exactly the use of a session is noted; it may end this much too early.
    static let sessionUseGrain: TimeInterval = 60
    /// Sessions of one account; the oldest is ended for a new one.
    package static let sessions = 20

    /// Failures after which an account or an address is locked (PCI DSS 8.3.4).
    static let failures = 10
    /// How long it is locked, and how long failures are remembered.
    static let lockAge: TimeInterval = 30 * 60
    /// Accounts, and addresses, whose failures are remembered.
    static let failingAccounts = 10_000
    static let failingAddresses = 50_000

    /// How long a proof of identity counts as fresh.
    package static let freshProof: TimeInterval = 5 * 60
    /// How long break-glass may last.
    package static let breakGlassAge: TimeInterval = 60 * 60
    /// How soon a use of break-glass must have been reviewed.
    package static let reviewAge: TimeInterval = 24 * 3_600
    /// Single-use codes that an account has at a time.
    static let recoveryCodes = 10

    /// Bytes of an answer of the identity provider.
    static let answerBytes = 512 * 1_024
    /// How long one exchange with the identity provider may take, connection and whole body together.
    static let exchange: Duration = .seconds(10)
    /// Bytes of an id token.
    static let identityTokenBytes = 16 * 1_024
    /// Keys of the identity provider that are looked at.
    static let providerKeys = 50
    /// How long the provider's metadata and keys are kept.
    static let providerAge: TimeInterval = 3_600
    /// How often keys are asked for again because of one that is unknown.
    static let keyRefetchPause: TimeInterval = 60
    /// How much the clocks of the provider and of this machine may differ.
    static let clockLeeway: TimeInterval = 60
    /// How old an id token may be when it is shown.
    static let identityTokenAge: TimeInterval = 10 * 60
    /// Id tokens that are remembered so that none is taken twice.
    static let redeemedTokens = 10_000
    /// Sign-ins that are under way, and how long one may take.
    static let pendingSignIns = 1_000
    static let signInAge: TimeInterval = 10 * 60
    /// How long a sign-in of the command line may take, whatever the provider allows.
    static let deviceAge: TimeInterval = 15 * 60
    /// Seconds between two questions of the command line, and what a provider's `slow_down` adds (RFC 8628 3.5).
    static let deviceInterval = 5
    static let longestDeviceInterval = 60
    /// Groups of a person that are read.
    static let groups = 500

    /// Blocks in a list of networks.
    static let networks = 1_000
    /// Addresses of a VPN that are tried for a free one.
    static let peers = 4_096
    /// How long a VPN peer may live.
    package static let peerAge: TimeInterval = 365 * 86_400
}
