import Access
import Audit
import Domain
import Foundation

/// Somebody who was let in to do one thing.
struct Admission: Sendable {
    let subject: Subject
    let address: NetworkAddress
    /// The environment that it is about, as path, body and named things agree on it.
    let environment: AccessedEnvironment?
    /// The use of break-glass that it is done under.
    let breakGlass: UUID?

    /// Who asks, for journals: an account whatever the request says, and what the request says of the machine's token.
    func requester(saying given: String?) -> String { subject.account?.rawValue ?? given ?? "somebody" }

    /// Who asks, for the record.
    func actor(saying given: String?) -> AuditActor {
        AuditActor(
            id: subject.identifier ?? "machine-token", name: subject.account?.rawValue ?? given,
            address: "\(address)", authentication: subject.credential.words)
    }
}

extension Subject.Credential {
    /// How somebody has shown who they are, in the words of the record and the API.
    var words: String {
        switch self {
        case .machine: "token-file"
        case .session: "session"
        case .token: "token"
        case .signedInToken: "signed-in-token"
        }
    }
}
