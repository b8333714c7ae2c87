import API
import Access
import Audit
import Domain
import Foundation
import HTTPTypes
import Hummingbird

extension AuditEntry {
    /// A request as it is told to the audit record: who asks for what.
    init(
        of incoming: IncomingRequest, to route: Route, _ action: AuditAction, by admission: Admission?,
        _ context: AppRequestContext
    ) {
        let (parameters, message) = (context.parameters, incoming.message)
        let name = message.requestedBy.map(Self.short)
        let stranger = AuditActor(id: "anybody", name: message.account.map(Self.short), address: context.remoteAddress)
        self.init(
            route.isReading ? .event : .intent, action, by: admission?.actor(saying: name) ?? stranger, at: Date(),
            target: Route.targetParameters.lazy.compactMap { parameters.get($0) }.first ?? message.release,
            environment: admission?.environment?.name
                ?? parameters.get("environment").flatMap { try? EnvironmentName($0) } ?? message.environment,
            reason: message.reason.map(Self.short))
        target = target.map(Self.short)
        plan = message.planDigest.map(Self.short)
        trace = incoming.request.headers[.traceparent].flatMap(Self.trace)
        if let values = message.values { details["names"] = Self.short(values.keys.sorted().joined(separator: ", ")) }
        if let isOn = message.isOn { details["is_on"] = "\(isOn)" }
        if let incident = message.incident { details["incident"] = Self.short(incident) }
        // Whom it is about is a person, mostly.
        if let account = message.account ?? parameters.get("account") {
            personal["account"] = PersonalText(Self.short(account), about: actor.id)
        }
        if route == .deploy || route == .contract, let place = admission?.environment, place.isProtected,
            admission?.subject.account != nil
        {
            // Only break-glass opens this way, and a review must follow.
            details["approvals_required"] = "1"
        }
        if let use = admission?.breakGlass {
            flags.insert(.breakGlass)
            details["break_glass"] = use.text
        }
        if route == .applyConfiguration {
            // It may hold what is nobody's business, so its hash is recorded.
            setPayload(incoming.body, salt: Data((0..<16).map { _ in UInt8.random(in: 0...255) }))
        }
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

extension Route {
    /// The parameters of the path that name what something is done to.
    fileprivate static let targetParameters = [
        "deployment", "release", "command", "entry", "proposal", "token", "use", "peer", "request", "freeze", "secret",
    ]
}

extension HTTPField.Name {
    fileprivate static let traceparent = HTTPField.Name("traceparent")!
}
