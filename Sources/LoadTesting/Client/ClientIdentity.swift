import NIOCore
import NIOHTTP1

/// A request that an identity is asked to send.
struct PlannedRequest {
    let template: RequestTemplate
    let body: RequestTemplate.Body?
    let due: NIODeadline
    /// Whether it goes over a connection of its own that is closed afterwards.
    let usesNewConnection: Bool
}

/// One client: its cookies, its kept connection and the request that it waits for. Lives on its event loop.
final class ClientIdentity {
    private let plan: LoadPlan
    private let address: SocketAddress
    private let hostHeader: String
    private let eventLoop: any EventLoop
    private let tally: SharedTally
    private let requestTimeout: TimeAmount
    private let longestIdle: TimeAmount

    private var cookies = CookieJar()
    private var keptConnection: ClientConnection?
    private var journey: Journey?
    /// Tells a connection that was opened for an abandoned request from one that is waited for.
    private var openings = 0

    /// A request on its way.
    private struct Journey {
        let request: PlannedRequest
        var started: NIODeadline
        let deadline: NIODeadline
        var connection: ClientConnection?
        var usesKeptConnection = false
        let whenFinished: () -> Void
    }

    init(
        plan: LoadPlan, address: SocketAddress, hostHeader: String, eventLoop: any EventLoop, tally: SharedTally
    ) {
        self.plan = plan
        self.address = address
        self.hostHeader = hostHeader
        self.eventLoop = eventLoop
        self.tally = tally
        requestTimeout = TimeAmount(plan.requestTimeout)
        longestIdle = TimeAmount(plan.longestIdle)
    }

    /// Sends a request and records how it ended; `whenFinished` is called once, after that.
    func perform(_ request: PlannedRequest, now: NIODeadline, whenFinished: @escaping () -> Void) {
        precondition(journey == nil, "An identity waits for one request at a time.")
        journey = Journey(request: request, started: now, deadline: now + requestTimeout, whenFinished: whenFinished)
        guard !request.usesNewConnection, let connection = keptConnection else { return openConnection() }
        if connection.isUsable(idleAtMost: longestIdle) {
            send(on: connection)
        } else {
            leave()
            openConnection()
        }
    }

    /// Gives a request up that has taken too long.
    func enforceTimeout(now: NIODeadline) {
        guard let journey, journey.deadline <= now else { return }
        journey.connection?.close()
        openings += 1
        finish(.failed(.timeout))
    }

    /// Closes the kept connection.
    func leave() {
        keptConnection?.close()
        keptConnection = nil
    }

    private func openConnection() {
        openings += 1
        let opening = openings
        ClientConnection.open(to: address, on: eventLoop, timeout: requestTimeout) { connection in
            guard opening == self.openings, self.journey != nil else {
                connection?.close()
                return
            }
            self.continueJourney(on: connection)
        }
    }

    private func continueJourney(on connection: ClientConnection?) {
        guard let connection else { return finish(.failed(.connectionRefused)) }
        tally.update { $0.recordConnection() }
        if journey?.request.usesNewConnection == false { keptConnection = connection }
        send(on: connection)
    }

    private func send(on connection: ClientConnection) {
        guard let request = journey?.request else { return }
        journey?.started = .now()
        journey?.connection = connection
        journey?.usesKeptConnection = connection.isReused
        let body = request.body.map { ByteBuffer(string: $0.text) }
        connection.send(head(of: request, bodyBytes: body?.readableBytes), body: body) { reply in
            self.take(reply)
        }
    }

    private func take(_ reply: ClientConnection.Reply) {
        switch reply {
        case .response(let response):
            for setCookie in response.headers["set-cookie"] { cookies.store(setCookie: setCookie) }
            if journey?.request.usesNewConnection == true { journey?.connection?.close() }
            let status = Int(response.status.code)
            finish(Outcome(status: status, plan: plan) { response.headers.first(name: $0) })
        case .failure(let reason):
            finish(.failed(reason))
        }
    }

    private func finish(_ outcome: Outcome) {
        guard let journey = journey.take() else { return }
        let finished = FinishedRequest(
            template: journey.request.template, outcome: outcome, due: journey.request.due,
            started: journey.started, ended: .now(), usedKeptConnection: journey.usesKeptConnection)
        tally.update { $0.record(finished) }
        journey.whenFinished()
    }

    private func head(of request: PlannedRequest, bodyBytes: Int?) -> HTTPRequestHead {
        var headers: HTTPHeaders = ["host": hostHeader]
        if let body = request.body { headers.add(name: "content-type", value: body.contentType) }
        if let bodyBytes { headers.add(name: "content-length", value: String(bodyBytes)) }
        if let cookie = cookies.header { headers.add(name: "cookie", value: cookie) }
        if request.usesNewConnection { headers.add(name: "connection", value: "close") }
        let method = HTTPMethod(rawValue: request.template.method)
        return HTTPRequestHead(version: .http1_1, method: method, uri: request.template.path, headers: headers)
    }
}
