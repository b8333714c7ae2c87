package import Foundation

/// One of an environment's places to run a release.
package struct Slot: Codable, Equatable, Sendable {
    /// What a slot is to its environment.
    package enum Role: String, Codable, Sendable, CaseIterable {
        /// Nothing runs here.
        case empty
        /// A release is being prepared or tried here.
        case candidate
        /// The release that the environment stands for.
        case stable
        /// An earlier stable release, warm: a way back.
        case kept
        /// A release that was taken back and waits to be drained and stopped.
        case rejected
    }

    package var name: SlotName
    package var role: Role
    package var occupant: Occupant?

    package init(name: SlotName, role: Role = .empty, occupant: Occupant? = nil) {
        self.name = name
        self.role = role
        self.occupant = occupant
    }
}

/// The release in a slot.
package struct Occupant: Codable, Equatable, Sendable {
    package var release: ReleaseReference
    /// The deployment that brought it here.
    package var deployment: DeploymentID
    /// Loopback ports of its web instances, in order; empty until it is prepared.
    package var ports: [Int]
    /// When it was last replaced as stable; nil while it never was.
    package var replacedAt: Date?

    package init(release: ReleaseReference, deployment: DeploymentID, ports: [Int] = [], replacedAt: Date? = nil) {
        self.release = release
        self.deployment = deployment
        self.ports = ports
        self.replacedAt = replacedAt
    }
}

/// How an environment's requests are shared out; HAProxy's map entry `share:salt:stable:candidate`.
package struct Split: Codable, Equatable, Sendable {
    /// Requests of 10,000 that go to the candidate.
    package var share: Int
    /// Changes who is among them.
    package var salt: String
    /// The slot that takes all others, and everything when the candidate has no healthy server.
    package var stable: SlotName?
    package var candidate: SlotName?

    /// All of the requests.
    package static let whole = 10_000

    package init(share: Int = 0, salt: String = "0", stable: SlotName? = nil, candidate: SlotName? = nil) {
        precondition((0...Split.whole).contains(share), "a share is between 0 and \(Split.whole)")
        self.share = share
        self.salt = salt
        self.stable = stable
        self.candidate = candidate
    }

    /// The slot that takes most of the new requests when its servers are healthy.
    package var leading: SlotName? { share > Split.whole / 2 ? candidate : stable }
}
