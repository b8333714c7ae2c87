package import Access
import Domain
package import Foundation

/// Why somebody's yes or no to a change does not count.
package enum ApprovalError: Error, Equatable, CustomStringConvertible {
    case unknownRequest(UUID)
    case requestClosed(UUID, ChangeRequest.State)
    case notApproved(UUID)
    case notAPerson(AccountName)
    case ownRequest(UUID)
    case ownCommit(AccountName, author: String)
    case approvedAlready(AccountName)
    case otherDigest(seen: String, wanted: String)
    case roleMissing(AccountName, [Role])
    case reasonMissing
    case tooMany(Int)

    package var description: String {
        switch self {
        case .unknownRequest(let id): "There is no request \(id.text)."
        case .requestClosed(let id, let state):
            "The request \(id.text) is \(state.rawValue) already: make a new one."
        case .notApproved(let id): "The request \(id.text) is not approved."
        case .notAPerson(let name): "'\(name)' is a service account, and those approve nothing."
        case .ownRequest(let id): "Somebody else must approve the request \(id.text): you made it."
        case .ownCommit(let name, let author):
            "'\(name)' wrote commits of this release (\(author)), so somebody else must approve it."
        case .approvedAlready(let name): "'\(name)' has approved this already, and counts once."
        case .otherDigest(let seen, let wanted):
            "The digest \(seen.prefix(12)) is not what waits for approval (\(wanted.prefix(12))): look at it again."
        case .roleMissing(let name, let needs):
            "'\(name)' has none of the roles that must approve here: \(needs.map(\.words).joined(separator: ", "))."
        case .reasonMissing: "Say why it is rejected."
        case .tooMany(let limit): "\(limit) requests are open already: have some of them decided first."
        }
    }
}
