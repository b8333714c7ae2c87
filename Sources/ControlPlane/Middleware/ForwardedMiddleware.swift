import Access
import Foundation
import HTTPTypes
import Hummingbird

/// Proxies in front of the API that say truly who calls.
struct TrustedProxies: Sendable {
    private let networks: [NetworkBlock]

    /// Takes the networks as they stand in the configuration.
    init(_ texts: [String]) throws { networks = try texts.map { try NetworkBlock($0) } }

    /// Who calls: the peer, or where that is a trusted proxy what it says, as long as that is one too. Each proxy adds the
    /// address that it was called from at the end, so what a caller has made up stands before that and is not looked at.
    func caller(peer: String?, forwarded: [String]) -> String? {
        var caller = peer
        for said in forwarded.flatMap({ $0.split(separator: ",") }).reversed() {
            guard let address = caller.flatMap({ NetworkAddress($0) }), isTrusted(address) else { return caller }
            let text = said.trimmingCharacters(in: .whitespaces)
            // What is no address leads to nobody.
            caller = NetworkAddress(text) == nil ? nil : text
        }
        return caller
    }

    private func isTrusted(_ address: NetworkAddress) -> Bool { networks.contains { $0.contains(address) } }
}

/// Has everything behind it see who calls, where a trusted proxy stands between.
struct ForwardedMiddleware: RouterMiddleware {
    typealias Context = AppRequestContext

    let proxies: TrustedProxies

    func handle(
        _ request: Request, context: AppRequestContext,
        next: (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.remoteAddress = proxies.caller(
            peer: context.remoteAddress, forwarded: request.headers[values: .forwardedFor])
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = HTTPField.Name("x-forwarded-for")!
}
