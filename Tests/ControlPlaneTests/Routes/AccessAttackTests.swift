import API
import Access
import Domain
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import ControlPlane

/// What strangers and colleagues try over the real router.
@Suite(.timeLimit(.minutes(2))) struct AccessAttackTests {
    private static let deploy = ByteBuffer(string: #"{"release":"1.0.0"}"#)

    private func ask(
        _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields,
        body: ByteBuffer? = nil
    ) async throws -> (status: Int, code: String?) {
        let answer = try await client.execute(uri: Route.base + path, method: method, headers: headers, body: body)
        let problem = try? WireFormat.decoder.decode(Problem.self, from: Data(answer.body.readableBytesView))
        return (answer.status.code, problem?.code)
    }

    private func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }

    static let mentions: [(path: String, body: String)] = [
        ("/environments/dev/deployments", #"{"release":"1.0.0","environment":"production"}"#),
        ("/environments/dev/deployments?environment=production", #"{"release":"1.0.0"}"#),
        ("/environments/production/rollback", #"{"environment":"dev"}"#),
    ]

    @Test(arguments: mentions)
    func `a request that names two environments is about none`(path: String, body: String) async throws {
        try await RouterFixture.use { fixture, client in
            let token = try await fixture.token(of: "dora", [RoleGrant(.developer), RoleGrant(.onCall)])
            let answer = try await ask(client, .post, path, headers: bearer(token), body: ByteBuffer(string: body))
            #expect(answer == (400, "environments_differ"))
        }
    }

    @Test func `a token ends with its account, its time and its revocation`() async throws {
        try await RouterFixture.use { fixture, client in
            let token = try await fixture.token(of: "dora", [RoleGrant(.developer)])
            #expect(try await ask(client, .get, "/status", headers: bearer(token)).status != 401)
            for altered in [String(token.dropLast()), token.uppercased(), "sys" + token.dropFirst(3), token + "0"] {
                #expect(try await ask(client, .get, "/identity", headers: bearer(altered)).status == 401, "\(altered)")
            }
            let id = try #require(token.split(separator: "_").dropFirst().first)
            #expect(try await ask(client, .delete, "/tokens/\(id)", headers: bearer(token)).status == 200)
            #expect(try await ask(client, .get, "/identity", headers: bearer(token)).status == 401)
            let other = try await fixture.token(of: "dora", [RoleGrant(.developer)])
            _ = try await fixture.token(of: "ana", [RoleGrant(.admin)])
            _ = try await fixture.desks.roles.disable(AccountName("dora"), by: nil, at: Date())
            #expect(try await ask(client, .get, "/identity", headers: bearer(other)).status == 401)
        }
    }

    @Test func `who guesses is locked out, and the machine's own token is not`() async throws {
        try await RouterFixture.use { _, client in
            let guess = bearer("syp_\(String(repeating: "0", count: 24))_\(String(repeating: "1", count: 64))")
            var answers: [String?] = []
            for _ in 0..<11 { answers.append(try await ask(client, .get, "/identity", headers: guess).code) }
            #expect(answers == Array(repeating: "unauthorized", count: 10) + ["locked"])
            let recovery =
                #"{"account":"ana","code":"0","environment":"production","reason":"r","incident":"i","minutes":5}"#
            let code = try await ask(
                client, .post, "/break-glass/recovery", headers: [:], body: ByteBuffer(string: recovery)
            ).code
            #expect(code == "locked", "a code is a guess too")
            let machine = try await ask(client, .get, "/identity", headers: bearer(RouterFixture.token)).status
            #expect(machine == 200)
        }
    }

    @Test func `a session takes the form token of its own, and a planted cookie is none`() async throws {
        try await RouterFixture.use { fixture, client in
            _ = try await fixture.token(of: "dora", [RoleGrant(.developer)])
            let account = try #require(try await fixture.desks.records.account(AccountName("dora")))
            let planted = SessionSecret(String(repeating: "a", count: 64))
            let secret = try await fixture.desks.sessions.begin(
                for: account, authenticatedAt: Date(), replacing: planted, at: Date())
            func cookie(_ secret: SessionSecret) -> String { String(secret.setCookie.prefix { $0 != ";" }) }
            let attacker = try #require(planted)
            #expect(try await ask(client, .get, "/identity", headers: [.cookie: cookie(attacker)]).status == 401)
            #expect(try await ask(client, .get, "/identity", headers: [.cookie: cookie(secret)]).status == 200)
            let two = "\(cookie(attacker)); \(cookie(secret))"
            #expect(try await ask(client, .get, "/identity", headers: [.cookie: two]).status == 401)
            var headers: HTTPFields = [.cookie: cookie(secret)]
            let path = "/environments/dev/deployments"
            #expect(
                try await ask(client, .post, path, headers: headers, body: Self.deploy).code == "form_token_missing")
            headers[Gatekeeper.formToken] = attacker.formToken
            #expect(
                try await ask(client, .post, path, headers: headers, body: Self.deploy).code == "form_token_missing")
            headers[Gatekeeper.formToken] = secret.formToken
            #expect(try await ask(client, .post, path, headers: headers, body: Self.deploy).code == "not_found")
        }
    }

    @Test func `protected environments are called from their networks only`() async throws {
        try await RouterFixture.use(AccessSettings(networks: ["10.8.0.0/24"])) { fixture, client in
            // The test's connection has no address at all, which is in no network.
            let token = try await fixture.token(of: "rita", [RoleGrant(.releaseManager)])
            let answers: [(HTTPRequest.Method, String, String?)] = [
                (.post, "/environments/production/rollback", "wrong_network"),
                (.get, "/environments/production", "wrong_network"),
                (.put, "/configuration", "wrong_network"),
                (.post, "/environments/dev/rollback", "not_found"),
                (.get, "/releases/9.9.9", "not_found"),
            ]
            for (method, path, code) in answers {
                let body = method == .get ? nil : ByteBuffer(string: "{}")
                #expect(try await ask(client, method, path, headers: bearer(token), body: body).code == code, "\(path)")
            }
        }
    }

    @Test func `the public listener has nothing that takes a token`() async throws {
        let router = PublicServer.router(PublishedCheckpoint(log: "/nowhere"))
        try await Application(router: router).test(.router) { client in
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            for route in Route.allCases {
                let method = try #require(HTTPRequest.Method(rawValue: route.method.rawValue))
                let path = route.path(["environment": "production", "deployment": "1", "release": "1.0.0"])
                #expect(try await client.execute(uri: path, method: method).status == .notFound, "\(route)")
            }
            #expect(try await client.execute(uri: "/metrics", method: .get).status == .notFound)
        }
    }
}
