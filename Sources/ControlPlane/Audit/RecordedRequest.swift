import API
import Audit
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// A request as it is told to the audit record: who asks for what.
struct RecordedRequest {
    /// The request, whose body can still be read.
    let request: Request
    let entry: AuditEntry

    /// Reads the body where it is a message; that of an upload is left alone.
    init(_ request: Request, for route: Route, _ action: AuditAction, _ context: AppRequestContext) async throws {
        var request = request
        var message = Message()
        var body = Data()
        if route.method != .get, route != .addRelease {
            let buffer = try await request.body.collect(upTo: Limits.requestBytes)
            body = Data(buffer: buffer)
            // What is no message is refused by who reads it.
            message = (try? WireFormat.decoder.decode(Message.self, from: body)) ?? Message()
            request = Request(head: request.head, body: RequestBody(buffer: buffer))
        }
        self.request = request
        let parameters = context.parameters
        let actor = AuditActor(
            id: "machine-token", name: message.requestedBy.map { Self.short($0) }, address: context.remoteAddress,
            authentication: "token-file")
        var entry = AuditEntry(
            route.isReading ? .event : .intent, action, by: actor, at: Date(),
            target: parameters.get("deployment") ?? parameters.get("release") ?? parameters.get("command")
                ?? parameters.get("entry") ?? message.release,
            environment: parameters.get("environment").flatMap { try? EnvironmentName($0) },
            reason: message.reason.map { Self.short($0) })
        entry.target = entry.target.map { Self.short($0) }
        entry.plan = message.planDigest.map { Self.short($0) }
        entry.trace = request.headers[.traceparent].flatMap(Self.trace)
        if let isOn = message.isOn { entry.details["is_on"] = "\(isOn)" }
        if route == .applyConfiguration {
            // It may hold what is nobody's business, so its hash is recorded.
            entry.setPayload(body, salt: Data((0..<16).map { _ in UInt8.random(in: 0...255) }))
        }
        self.entry = entry
    }

    /// What of messages is worth recording.
    private struct Message: Decodable {
        var release: String?
        var reason: String?
        var requestedBy: String?
        var planDigest: String?
        var isOn: Bool?
    }

    private static func short(_ text: String) -> String { String(text.prefix(Limits.reasonCharacters)) }

    /// The trace's identifier of a `traceparent` that is one.
    private static func trace(_ header: String) -> String? {
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0] != "ff", parts[1].count == 32, parts[1].contains(where: { $0 != "0" }),
            parts[1].allSatisfy({ "0123456789abcdef".contains($0) })
        else { return nil }
        return String(parts[1])
    }
}

extension HTTPField.Name {
    fileprivate static let traceparent = HTTPField.Name("traceparent")!
}
