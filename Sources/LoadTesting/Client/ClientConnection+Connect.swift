import NIOCore
import NIOHTTP1
import NIOPosix

extension ClientConnection {
    /// Opens a connection; `whenDone` is called once, on the event loop, with `nil` where it was refused.
    static func open(
        to address: SocketAddress, on eventLoop: any EventLoop, timeout: TimeAmount,
        whenDone: @escaping (ClientConnection?) -> Void
    ) {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = ClientConnection()
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenComplete { result in
                let channel = try? result.get()
                whenDone(try? channel?.pipeline.syncOperations.handler(type: ClientConnection.self))
            }
    }
}
