import API
import Foundation
package import Hummingbird
import Logging
import NIOCore
import NIOFoundationCompat

/// What goes along with a request through the middleware to its handler.
package struct AppRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// What becomes known of what is done, for the audit record.
    let notes = ActNotes()
    /// Who was let in; nil on a route that is open to anybody.
    var admission: Admission?
    /// Whether whoever was let in would be let in again, for what goes on for long.
    var isStillAdmitted: @Sendable () async -> Bool = { true }
    /// Where the request comes from; nil where that is not known.
    var remoteAddress: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress
    }

    package var maxUploadSize: Int { Limits.requestBytes }

    /// Who asks, for journals; `given` is what the request says itself.
    func requester(_ given: String?) -> String { admission?.requester(saying: given) ?? given ?? "somebody" }

    /// Who was let in; throws on a route that is open to anybody, where nobody is known.
    func admitted() throws -> Admission {
        guard let admission else { throw HTTPError(.unauthorized) }
        return admission
    }
}

extension Request {
    /// The body as a message of the API; what is wrong with it becomes a problem document.
    func message<Message: Decodable>(_ type: Message.Type) async throws -> Message {
        let body = try await body.collect(upTo: Limits.requestBytes)
        do {
            return try WireFormat.decoder.decode(type, from: Data(buffer: body))
        } catch {
            throw Problem(
                code: "invalid_body", title: "Invalid body", status: 400,
                detail: "The request's body is no \(type): \(error.explanation)."
            )
        }
    }
}

extension Response {
    /// A JSON answer.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json")
        throws -> Response
    {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(data: try WireFormat.encoder.encode(value)))
        )
    }
}

extension Error {
    /// A decoding error in words; any other as it describes itself.
    fileprivate var explanation: String {
        guard let error = self as? DecodingError else { return "\(self)" }
        switch error {
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return place.isEmpty ? context.debugDescription : "'\(place)': \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}
