import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// One question to an identity provider and its whole answer, bounded in time and bytes.
enum ProviderExchange {
    /// Never follows a redirection: it would take codes and secrets elsewhere.
    ///
    /// It lives as long as the process, as `HTTPClient.shared` does.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    static func get(_ url: String, within limit: Duration) async throws(AccessError) -> Data {
        let (status, body) = try await send(HTTPClientRequest(url: url), within: limit)
        guard status == 200 else { throw .provider("it answered \(status) at \(url)") }
        return body
    }

    /// Sends a form as a client of the provider; the answer may be an error document.
    static func post(
        _ fields: [(String, String)], to url: String, as settings: IdentityProviderSettings, within limit: Duration
    ) async throws(AccessError) -> (status: Int, body: Data) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        var fields = fields
        if let secret = settings.clientSecret {
            // Both parts are form-encoded before they are joined (RFC 6749 2.3.1).
            let pair = Data("\(settings.clientID.formEncoded):\(secret.formEncoded)".utf8)
            request.headers.add(name: "authorization", value: "Basic \(pair.base64EncodedString())")
        } else {
            fields.append(("client_id", settings.clientID))
        }
        let form = fields.map { "\($0)=\($1.formEncoded)" }.joined(separator: "&")
        request.body = .bytes(ByteBuffer(string: form))
        return try await send(request, within: limit)
    }

    private static func send(
        _ request: HTTPClientRequest, within limit: Duration
    ) async throws(AccessError) -> (status: Int, body: Data) {
        var request = request
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "switchyard")
        // A connection that was kept may be gone when the next question is sent, which would look like a fault.
        request.headers.add(name: "connection", value: "close")
        let sent = request
        do {
            return try await withDeadline(limit) {
                let response = try await http.execute(sent, timeout: .seconds(60))
                let body = try await response.body.collect(upTo: Limits.answerBytes)
                return (Int(response.status.code), Data(buffer: body))
            }
        } catch let error as AccessError {
            throw error
        } catch is NIOTooManyBytesError {
            throw .provider("it answered more than \(Limits.answerBytes / 1_024) KiB")
        } catch {
            throw .providerUnreachable("\(error)".told)
        }
    }

    private static func withDeadline<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw AccessError.providerUnreachable("no answer within \(limit)")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

extension String {
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    /// As a form or a query carries it.
    var formEncoded: String { addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? "" }

    /// Somebody else's words, as far as a sentence can carry them.
    var told: String {
        let plain = String(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
        guard plain.count <= 200 else { return "\(plain.prefix(200))…" }
        return plain.hasSuffix(".") ? String(plain.dropLast()) : plain
    }
}
