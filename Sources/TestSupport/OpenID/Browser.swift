import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A browser that keeps cookies and follows nothing by itself.
package final class Browser {
    /// What came back.
    package struct Answer {
        package let status: Int
        /// Where it leads to; empty for nowhere.
        package let location: String
        package let body: String
    }

    private let address: String
    private var cookies: [String: String] = [:]
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: {
            var configuration = HTTPClient.Configuration.singletonConfiguration
            configuration.redirectConfiguration = .disallow
            return configuration
        }())

    /// `address` without a trailing slash.
    package init(at address: String) { self.address = address }

    /// Sets a cookie as somebody does who has the browser for a moment; nil takes it away.
    package func plant(_ name: String, _ value: String?) { cookies[name] = value }
    package func cookie(_ name: String) -> String? { cookies[name] }

    package func get(_ path: String) async throws -> Answer { try await send(HTTPClientRequest(url: address + path)) }

    package func post(_ path: String, _ form: String) async throws -> Answer {
        var request = HTTPClientRequest(url: address + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: form))
        return try await send(request)
    }

    private func send(_ request: HTTPClientRequest) async throws -> Answer {
        var request = request
        request.headers.add(name: "cookie", value: cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))
        let response = try await Self.client.execute(request, timeout: .seconds(20))
        for text in response.headers[canonicalForm: "set-cookie"] {
            let pair = text.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            cookies[pair[0]] = pair.count == 2 && !pair[1].isEmpty ? pair[1] : nil
        }
        return Answer(
            status: Int(response.status.code), location: response.headers.first(name: "location") ?? "",
            body: String(buffer: try await response.body.collect(upTo: 1_048_576)))
    }
}
