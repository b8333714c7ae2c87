import AsyncHTTPClient
import Domain
import Foundation
import NIOCore
import NIOHTTP1

/// An instant query as it is sent.
struct PrometheusQuestion: Sendable {
    let request: HTTPClientRequest

    /// As a trial it asks for 1970, where there are no samples to load.
    ///
    /// User and password of the server's URL become a header, and are in no URL that anybody is told.
    init(_ metric: MetricGuard, timeout: Duration, isTrial: Bool = false) throws(PrometheusFault) {
        guard let server = PrometheusServer(metric.server) else { throw .notAnAddress }
        var request = HTTPClientRequest(url: "\(server.shown)/api/v1/query")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "switchyard")
        // A connection that was kept may be gone when the next question is sent, which would look like a server's fault.
        request.headers.add(name: "connection", value: "close")
        if let authorization = server.authorization {
            request.headers.add(name: "authorization", value: authorization)
        }
        var fields = [("query", metric.query), ("timeout", "\(timeout.milliseconds)ms")]
        if isTrial { fields.append(("time", "0")) }
        let form = fields.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: Self.plain) ?? "")" }
        request.body = .bytes(ByteBuffer(string: form.joined(separator: "&")))
        self.request = request
    }

    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// Where a Prometheus answers, with what its URL says of the user taken apart.
struct PrometheusServer: Sendable {
    /// The URL without user and password, and without a slash at its end.
    let shown: String
    /// The header that shows who asks; nil where the URL names nobody.
    let authorization: String?

    init?(_ url: String) {
        guard var components = URLComponents(string: url), components.host?.isEmpty == false else { return nil }
        if let user = components.user {
            let pair = Data("\(user):\(components.password ?? "")".utf8)
            authorization = "Basic \(pair.base64EncodedString())"
        } else {
            authorization = nil
        }
        components.user = nil
        components.password = nil
        guard let plain = components.string else { return nil }
        shown = String(plain.reversed().drop { $0 == "/" }.reversed())
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
