import Hummingbird
import HummingbirdCore
import NIOCore

/// What every listener of the control plane is kept to: nobody holds connections that do nothing, or all of them.
extension HTTPServerBuilder {
    static var bounded: HTTPServerBuilder {
        .http1(configuration: .init(idleTimeout: TimeAmount(Limits.idleConnection)))
    }
}

extension ApplicationConfiguration {
    /// At most so many connections at once; more wait in the system's queue.
    static func bounded(at address: ListenAddress, connections: Int) -> ApplicationConfiguration {
        .init(
            address: .hostname(address.host, port: address.port), serverName: "switchyard",
            availableConnectionsDelegate: MaximumAvailableConnections(connections))
    }
}
