import API
import Domain
import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The REST API as a foreign client sees it: the document, the token, and problems of one shape.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct InterfaceTests {
    /// A request that is refused, with its status and code.
    private static let refusals: [(method: String, path: String, body: String?, status: Int, code: String)] = [
        ("GET", "/environments/nowhere", nil, 404, "not_found"),
        ("GET", "/deployments/99", nil, 404, "not_found"),
        ("GET", "/deployments/first", nil, 400, "invalid_parameter"),
        ("GET", "/deployments?last=0", nil, 400, "invalid_parameter"),
        ("GET", "/deployments?environment=NO%20NAME", nil, 400, "invalid_name"),
        ("GET", "/releases/9.9.9", nil, 404, "not_found"),
        ("GET", "/environments/production/logs?last=many", nil, 400, "invalid_parameter"),
        ("GET", "/no/such/route", nil, 404, "not_found"),
        ("POST", "/environments/production/deployments", "{", 400, "invalid_body"),
        ("POST", "/environments/production/deployments", "{}", 400, "invalid_body"),
        ("POST", "/environments/production/deployments", "{\"release\": \"9.9.9\"}", 404, "not_found"),
        ("POST", "/environments/production/plan", "{\"release\": 1}", 400, "invalid_body"),
        ("POST", "/environments/production/rollback", "{}", 409, "nothing_deployed"),
        ("PUT", "/environments/production/maintenance", "{\"isOn\": \"perhaps\"}", 400, "invalid_body"),
        ("POST", "/releases", "no archive", 422, "release_refused"),
    ]

    @Test func `every refusal is a problem document with a code`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for refusal in Self.refusals {
                let answer = try await send(refusal.method, refusal.path, body: refusal.body, to: switchyard)
                try expectProblem(answer, status: refusal.status, code: refusal.code, of: refusal.path)
            }
        }
    }

    @Test func `only who shows the token is let in`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for token in ["", "Bearer", "Bearer wrong", "Basic \(try token(of: switchyard))"] {
                for route in ["/status", "/openapi.json"] {
                    let answer = try await send("GET", route, authorization: token, to: switchyard)
                    try expectProblem(answer, status: 401, code: "unauthorized", of: route)
                }
            }
            #expect(try await send("GET", "/status", to: switchyard).status == 200)
        }
    }

    @Test func `the OpenAPI document names every route, and each answers as it says`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let answer = try await send("GET", "/openapi.json", to: switchyard)
            #expect(answer.status == 200)
            let document = try #require(try JSONSerialization.jsonObject(with: answer.body) as? [String: Any])
            #expect((document["openapi"] as? String)?.hasPrefix("3.1") == true)
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            let described = paths.flatMap { path, methods in
                methods.keys.filter { $0 != "parameters" }.map { "\($0.uppercased()) \(path)" }
            }
            let routes = Route.allCases.map { "\($0.method.rawValue) \(Route.base + $0.path)" }
            #expect(Set(described) == Set(routes))
            for path in ["/status", "/releases", "/deployments", "/environments/production"] {
                #expect(try await send("GET", path, to: switchyard).status == 200, "\(path)")
            }
        }
    }

    private struct Answer {
        let status: Int
        let type: String
        let body: Data
    }

    private func send(
        _ method: String, _ path: String, body: String? = nil, authorization: String? = nil,
        to switchyard: SwitchyardFixture
    ) async throws -> Answer {
        let endpoint = try JSONDecoder().decode(
            Endpoint.self, from: Data(contentsOf: URL(filePath: "\(switchyard.state)/api.json")))
        var request = URLRequest(url: try #require(URL(string: endpoint.url + Route.base + path)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        request.setValue(
            try authorization ?? "Bearer \(token(of: switchyard))", forHTTPHeaderField: "authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        let type = http.value(forHTTPHeaderField: "content-type") ?? ""
        return Answer(status: http.statusCode, type: type, body: data)
    }

    private func expectProblem(_ answer: Answer, status: Int, code: String, of path: String) throws {
        #expect(answer.type == "application/problem+json", "\(path)")
        let problem = try WireFormat.decoder.decode(Problem.self, from: answer.body)
        #expect(problem.code == code && problem.status == status && answer.status == status, "\(path): \(problem)")
        #expect(!problem.title.isEmpty && !problem.detail.isEmpty)
    }

    private func token(of switchyard: SwitchyardFixture) throws -> String {
        try String(contentsOfFile: "\(switchyard.state)/token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private struct Endpoint: Decodable { let url: String }
}
