import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1

/// oidc-provider-mock over loopback, ended with this value; and what a person and a browser do there.
package final class RunningProvider: Sendable {
    package let issuer: String
    private static let script = "Sources/TestSupport/OpenID/provider.py"
    private let process: Process
    private let lifeline = Pipe()

    package static let redirect = "http://127.0.0.1:9/sign-in/return"

    /// A browser does not follow by itself here, so that a test sees where it is led.
    private static let browser = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: {
            var configuration = HTTPClient.Configuration.singletonConfiguration
            configuration.redirectConfiguration = .disallow
            return configuration
        }())

    package static func with(_ body: (RunningProvider) async throws -> Void) async throws {
        let provider = try RunningProvider()
        try await provider.set("ana", claims: ["email": "Ana@Example.com", "email_verified": true, "groups": ["ops"]])
        try await body(provider)
        provider.kill()
    }

    private init() throws {
        process = PythonPeer.process(Self.script)
        let output = Pipe()
        (process.standardInput, process.standardOutput) = (lifeline, output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while case let byte? = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte[0] != 0x0a {
            line += byte
        }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            throw PythonPeer.Failed(script: Self.script)
        }
        issuer = "http://127.0.0.1:\(port)"
    }

    deinit { kill() }

    package func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    // MARK: - The provider's own side

    package func set(_ sub: String, claims: [String: Any]) async throws {
        try await send(.PUT, "/users/\(sub)", json: claims)
    }

    /// The next id token lies as it is told.
    package func lie(_ lies: [String: Any]) async throws { try await send(.POST, "/test/next", json: lies) }

    package func rotateKeys() async throws { try await send(.POST, "/test/rotate", json: [:]) }

    package func counts() async throws -> [String: Int] {
        let response = try await Self.browser.execute(
            HTTPClientRequest(url: "\(issuer)/test/counts"), timeout: .seconds(10))
        return try JSONDecoder().decode(
            [String: Int].self, from: Data(try await response.body.collect(upTo: 65_536).readableBytesView))
    }

    package func agree(_ userCode: String, as sub: String = "ana", approved: Bool = true) async throws {
        try await send(.POST, "/test/agree", json: ["user_code": userCode, "sub": sub, "approved": approved])
    }

    // MARK: - A person in a browser

    /// Agrees to what a sign-in asks for, and answers the address that the browser is led back to.
    package func location(
        from address: String, as sub: String = "ana", denying: Bool = false
    ) async throws -> String {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: denying ? "action=deny" : "sub=\(sub)"))
        let response = try await Self.browser.execute(request, timeout: .seconds(10))
        return response.headers.first(name: "location") ?? ""
    }

    /// Shows a code to the token endpoint as somebody does who has stolen it.
    package func redeem(code: String, verifier: String?) async throws -> Int {
        var request = HTTPClientRequest(url: "\(issuer)/oauth2/token")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        let proof = verifier.map { "&code_verifier=\($0)" } ?? ""
        request.body = .bytes(
            ByteBuffer(
                string: "grant_type=authorization_code&client_id=switchyard&code=\(code)&redirect_uri=\(Self.redirect)"
                    + proof))
        return Int(try await Self.browser.execute(request, timeout: .seconds(10)).status.code)
    }

    private func send(_ method: HTTPMethod, _ path: String, json: [String: Any]) async throws {
        var request = HTTPClientRequest(url: issuer + path)
        request.method = method
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: json)))
        let response = try await Self.browser.execute(request, timeout: .seconds(10))
        guard response.status.code < 300 else { throw PythonPeer.Failed(script: path) }
    }
}
