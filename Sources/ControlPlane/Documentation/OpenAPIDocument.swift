import API
import Domain
package import Foundation

/// The OpenAPI 3.1 document of the REST API, generated from the table of routes and example messages.
package enum OpenAPIDocument {
    /// The document as indented JSON with sorted keys; the same table gives the same bytes.
    package static func json() throws -> Data {
        var data = try JSONSerialization.data(
            withJSONObject: document, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        )
        data.append(UInt8(ascii: "\n"))
        return data
    }

    private static var document: [String: Any] {
        var paths: [String: [String: Any]] = [:]
        for route in Route.allCases {
            paths[Route.base + route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Switchyard", "version": SwitchyardVersion.current,
                "description": "Deployments, their journals, releases and environments of one Switchyard.",
            ],
            "paths": paths,
            "security": [["token": [String]()]],
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "schemas": ["Problem": JSONShape.schema(of: APIExamples.problem)],
            ],
        ]
    }

    private static func operation(_ route: Route) -> [String: Any] {
        var operation: [String: Any] = [
            "operationId": route.rawValue,
            "summary": route.summary,
            "parameters": pathParameters(of: route) + queryParameters(of: route),
            "responses": [
                APIExamples.status(of: route): [
                    "description": "Done.",
                    "content": [
                        APIExamples.type(of: route): ["schema": JSONShape.schema(of: APIExamples.answer(to: route))]
                    ],
                ],
                "default": [
                    "description": "Refused, with the reason.",
                    "content": [
                        "application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]
                    ],
                ],
            ],
        ]
        if route.isOpen { operation["security"] = [[String: Any]]() }
        if route == .addRelease {
            operation["requestBody"] = [
                "required": true, "description": "The packed release.",
                "content": ["application/zstd": ["schema": [String: Any]()]],
            ]
        } else if let message = APIExamples.message(for: route) {
            operation["requestBody"] = [
                "required": true, "content": ["application/json": ["schema": JSONShape.schema(of: message)]],
            ]
        }
        return operation
    }

    private static func pathParameters(of route: Route) -> [[String: Any]] {
        route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            let name = String(part.dropFirst().dropLast())
            let type = name == "deployment" ? "integer" : "string"
            return ["name": name, "in": "path", "required": true, "schema": ["type": type]]
        }
    }

    private static func queryParameters(of route: Route) -> [[String: Any]] {
        route.query.map { parameter in
            [
                "name": parameter.name, "in": "query", "description": parameter.meaning,
                "schema": ["type": parameter.type],
            ]
        }
    }
}
