import Foundation
import LoadTesting

/// The load of the demo: dispatchers who look, book and come back, on kept and on new connections.
enum DemoLoad {
    /// As many as most systems let one process have connections, with some left over.
    static let identities = 500
    static let rate = 100.0

    static func plan(for url: URL) throws -> LoadPlan {
        var plan = try LoadPlan(
            baseURLs: [url],
            mix: [
                RequestTemplate(name: "dispatch board", path: "/dispatch", weight: 1),
                RequestTemplate(name: "loads page", path: "/loads", weight: 1),
                RequestTemplate(name: "loads", path: "/api/loads?limit=10", weight: 4),
                RequestTemplate(name: "vehicles", path: "/api/vehicles?limit=10", weight: 1),
                RequestTemplate(name: "book a load", method: "POST", path: "/api/loads", weight: 3) { number in
                    .init(
                        """
                        {"customerId": \(number % 80 + 1), "origin": "Hamburg", "destination": "Genoa", "cargo": "Machine parts", \
                        "weightKilograms": 12000, \
                        "priceCents": \(100_000 + number % 900_000)}
                        """
                    )
                },
            ]
        )
        plan.hostHeader = "app.freightops.com"
        plan.identities = identities
        plan.requestsPerSecond = rate
        plan.newConnectionShare = 0.2
        plan.releaseHeader = "x-freightops-version"
        plan.forwardedHeader = "x-switchyard-slot"
        return plan
    }
}
