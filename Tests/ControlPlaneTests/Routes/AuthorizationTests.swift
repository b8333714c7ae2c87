import API
import Domain
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import ControlPlane

/// The real router on real parts of which none has been started.
@Suite(.timeLimit(.minutes(1))) struct AuthorizationTests {
    @Test(arguments: Route.allCases.filter { !$0.isOpen })
    func `every route refuses who does not show the token`(route: Route) async throws {
        try await RouterFixture.use { _, client in
            let path = route.path(["environment": "production", "deployment": "1", "release": "1.0.0"])
            let method = try #require(HTTPRequest.Method(rawValue: route.method.rawValue))
            // Fewer than what locks an address.
            for shown in [nil, "", "Bearer ", "Bearer wrong", RouterFixture.token, "Basic \(RouterFixture.token)"]
                as [String?]
            {
                let headers: HTTPFields = shown.map { [.authorization: $0] } ?? [:]
                let answer = try await client.execute(uri: path, method: method, headers: headers)
                #expect(answer.status == .unauthorized, "\(shown ?? "nothing")")
                #expect(answer.headers[.contentType] == "application/problem+json")
                let problem = try WireFormat.decoder.decode(Problem.self, from: Data(answer.body.readableBytesView))
                #expect(problem.code == "unauthorized")
            }
        }
    }

    @Test func `who shows the token is answered, and what is wrong with a request is said`() async throws {
        try await RouterFixture.use { _, client in
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            let answers: [(path: String, status: Int, code: String?)] = [
                ("/deployments", 200, nil), ("/releases", 200, nil), ("/openapi.json", 200, nil),
                ("/deployments/9", 404, "not_found"), ("/deployments/nine", 400, "invalid_parameter"),
                ("/deployments?last=0", 400, "invalid_parameter"), ("/deployments?environment=X", 400, "invalid_name"),
                ("/environments/nowhere", 404, "not_found"), ("/releases/9.9.9", 404, "not_found"),
                ("/nothing", 404, "not_found"),
            ]
            for (path, status, code) in answers {
                let answer = try await client.execute(
                    uri: Route.base + path, method: .get, headers: [.authorization: "Bearer \(RouterFixture.token)"])
                #expect(answer.status.code == status, "\(path)")
                guard let code else { continue }
                let problem = try WireFormat.decoder.decode(Problem.self, from: Data(answer.body.readableBytesView))
                #expect(problem.code == code, "\(path)")
                #expect(problem.status == status, "\(path)")
            }
        }
    }

    @Test func `every route that changes something is recorded before it does`() {
        for route in Route.allCases where route.method != .get && route != .plan && route != .compareConfiguration {
            #expect(route.action != nil, "\(route)")
        }
        for route in [Route.auditEntries, .auditEntry, .dataAccesses] { #expect(route.action != nil, "\(route)") }
    }

    @Test func `everybody is shown the newest checkpoint, and nothing else`() async throws {
        try await RouterFixture.use { fixture, client in
            #expect(try await client.execute(uri: "/checkpoint", method: .get).status == .notFound)
            let text = try await fixture.server.controllers.audit.trail.checkpoint()
            try await eventually("the checkpoint") {
                try await client.execute(uri: "/checkpoint", method: .get).status == .ok
            }
            let shown = try await client.execute(uri: "/checkpoint", method: .get)
            #expect(String(buffer: shown.body) == text && text.hasPrefix("freightops/switchyard\n0\n"))
            #expect(shown.headers[.contentType] == "text/plain; charset=utf-8")
            await fixture.server.controllers.audit.trail.close()
        }
    }
}
