import Domain
import Foundation

@testable import Traffic

/// What only tests ask a proxy for.
extension HAProxy {
    var httpPort: Int? { port(for: "http") }
    var httpsPort: Int? { port(for: "https") }

    private func port(for scheme: String) -> Int? {
        urls.compactMap { URL(string: $0) }.first { $0.scheme == scheme }?.port
    }

    /// A column of `show stat`, summed up over both backends of a slot and all workers; a reload begins anew.
    func total(_ column: String, of slot: SlotName, in environment: EnvironmentName) async throws -> Int {
        var total = 0
        for worker in try await processes().workers {
            for kind in HAProxyConfiguration.BackendKind.allCases {
                let backend = HAProxyConfiguration.backend(environment, slot, kind)
                let reply = try await socket.exchange("@!\(worker.process) show stat \(backend) 2 -1")
                total += RuntimeReply.statistics(reply).reduce(0) { $0 + $1[column] }
            }
        }
        return total
    }
}
