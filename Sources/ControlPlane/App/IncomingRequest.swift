import API
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// A request whose message was read once, for whoever decides about it and records it before it is carried out.
struct IncomingRequest {
    /// The request, whose body can still be read.
    let request: Request
    /// The bytes of the message; empty for an upload.
    let body: Data
    let message: Message

    /// What of messages is worth knowing before their handler reads them; what is none is refused by that.
    struct Message: Decodable {
        var release: String?
        var reason: String?
        var requestedBy: String?
        var planDigest: String?
        var isOn: Bool?
        /// Of secrets and settings the names alone.
        var values: [String: Unread]?
        var account: String?
        var incident: String?
        private(set) var environment: EnvironmentName?

        private enum CodingKeys: CodingKey {
            case release, reason, requestedBy, planDigest, isOn, values, account, incident, environment
        }

        init() {}

        /// Member by member: one that is of no use must not hide the others from the record.
        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            func text(_ key: CodingKeys) -> String? { try? members.decodeIfPresent(String.self, forKey: key) }
            release = text(.release)
            reason = text(.reason)
            requestedBy = text(.requestedBy)
            planDigest = text(.planDigest)
            account = text(.account)
            incident = text(.incident)
            values = try? members.decodeIfPresent([String: Unread].self, forKey: .values)
            isOn = try? members.decodeIfPresent(Bool.self, forKey: .isOn)
            environment = text(.environment).flatMap { EnvironmentName(rawValue: $0) }
        }
    }

    /// Reads the body where it is a message; that of an upload is left alone.
    init(_ request: Request, for route: Route, redactedBy log: OwnLog) async throws {
        guard route.method != .get, route != .addRelease else {
            (self.request, body, message) = (request, Data(), Message())
            return
        }
        let buffer = try await request.body.collect(upTo: Limits.requestBytes)
        body = FreeTexts.redacted(Data(buffer: buffer), by: log)
        message = (try? WireFormat.decoder.decode(Message.self, from: body)) ?? Message()
        self.request = Request(head: request.head, body: RequestBody(buffer: ByteBuffer(data: body)))
    }
}

extension Parameters {
    /// A UUID in the path.
    func identifier(_ name: String) throws -> UUID {
        let text = try require(name)
        guard let id = UUID(uuidString: text) else {
            throw ControlPlaneError.invalidParameter(name: name, value: text, expected: "its id")
        }
        return id
    }
}

/// A value of a message that is not looked at.
struct Unread: Decodable {
    init(from decoder: any Decoder) {}
}
