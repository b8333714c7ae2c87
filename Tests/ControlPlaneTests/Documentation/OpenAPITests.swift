import API
import ControlPlane
import Foundation
import Testing

struct OpenAPITests {
    private static let checkedIn = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../docs/reference/openapi.json")

    @Test func `the checked-in document is the one that is generated`() throws {
        let generated = try OpenAPIDocument.json()
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try generated.write(to: Self.checkedIn) }
        #expect(try Data(contentsOf: Self.checkedIn) == generated, "UPDATE_GOLDEN=1 writes it anew")
        #expect(try OpenAPIDocument.json() == generated)
    }

    @Test(arguments: Route.allCases)
    func `every route is described with its parameters and its answers`(route: Route) throws {
        let document = try #require(
            JSONSerialization.jsonObject(with: OpenAPIDocument.json()) as? [String: Any])
        #expect(document["openapi"] as? String == "3.1.0")
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let method = route.method.rawValue.lowercased()
        let operation = try #require(paths[Route.base + route.path]?[method] as? [String: Any])
        #expect(operation["operationId"] as? String == route.rawValue)
        let parameters = try #require(operation["parameters"] as? [[String: Any]])
        let inPath = parameters.filter { $0["in"] as? String == "path" }
        #expect(inPath.allSatisfy { $0["required"] as? Bool == true })
        let named = inPath.compactMap { $0["name"] as? String }
        #expect(
            named
                == route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                    String($0.dropFirst().dropLast())
                })
        let inQuery = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
        #expect(inQuery == route.query.map(\.name))
        let responses = try #require(operation["responses"] as? [String: [String: Any]])
        #expect(responses.keys.contains("default"))
        #expect(responses.keys.contains { $0.hasPrefix("2") })
        #expect((operation["requestBody"] != nil) == [.post, .put].contains(route.method))
    }
}
