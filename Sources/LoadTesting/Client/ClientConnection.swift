import Glibc
import NIOCore
import NIOHTTP1

/// One TCP connection that carries one request at a time; lives on its event loop.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// What came back for a request.
    enum Reply {
        case response(HTTPResponseHead)
        case failure(FailureReason)
    }

    private var context: ChannelHandlerContext?
    private var whenReplied: ((Reply) -> Void)?
    private var responseHead: HTTPResponseHead?
    private var lastError: (any Error)?
    private var idleSince = NIODeadline.now()
    private var staysOpen = true
    /// Whether a request has been answered on it before the current one.
    private(set) var isReused = false

    /// Whether the next request may be sent on it: a connection that was idle for longer is one that a server may just
    /// be closing.
    func isUsable(idleAtMost longestIdle: TimeAmount) -> Bool {
        staysOpen && whenReplied == nil && context?.channel.isActive == true
            && NIODeadline.now() - idleSince <= longestIdle
    }

    /// Sends a request; `whenReplied` is called once, on the event loop.
    func send(_ head: HTTPRequestHead, body: ByteBuffer?, whenReplied: @escaping (Reply) -> Void) {
        guard let context, context.channel.isActive else {
            return whenReplied(.failure(.noResponse))
        }
        self.whenReplied = whenReplied
        responseHead = nil
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes it and forgets the request that it carries.
    func close() {
        staysOpen = false
        whenReplied = nil
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            responseHead = head
            staysOpen = staysOpen && head.isKeepAlive
        case .body: break
        case .end: finishResponse(context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lastError = error
        staysOpen = false
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        staysOpen = false
        reply(.failure(failureReason))
    }

    private func finishResponse(context: ChannelHandlerContext) {
        guard let head = responseHead else { return }
        isReused = true
        idleSince = .now()
        // Taken before the close, which ends the connection at once and would call it with a failure.
        let whenReplied = whenReplied.take()
        if !staysOpen { context.close(promise: nil) }
        whenReplied?(.response(head))
    }

    private func reply(_ reply: Reply) {
        let whenReplied = whenReplied.take()
        whenReplied?(reply)
    }

    private var failureReason: FailureReason {
        if let error = lastError as? IOError, error.errnoCode == ECONNRESET || error.errnoCode == EPIPE {
            return .reset
        }
        if responseHead != nil { return .incompleteResponse }
        if case .invalidEOFState? = lastError as? HTTPParserError { return .noResponse }
        return lastError is HTTPParserError ? .invalidResponse : .noResponse
    }
}
