import Foundation
import NIOCore

/// One run of a plan on its event loop: gives due requests to idle identities, and time limits their teeth.
final class LoadRun {
    private let plan: LoadPlan
    private let tally: SharedTally
    private let eventLoop: any EventLoop
    private let finished: EventLoopPromise<Void>
    private let identities: [ClientIdentity]
    private let timetable: Timetable
    private var draw: RequestDraw
    private var idle: CircularBuffer<ClientIdentity>
    private var issued = 0
    private var isStopping = false
    private var hasFinished = false

    init(
        plan: LoadPlan, addresses: [(SocketAddress, URL)], tally: SharedTally, eventLoop: any EventLoop,
        finished: EventLoopPromise<Void>
    ) {
        self.plan = plan
        self.tally = tally
        self.eventLoop = eventLoop
        self.finished = finished
        identities = (0..<max(1, plan.identities)).map { number in
            let (address, url) = addresses[number % addresses.count]
            let ownHost = "\(url.host() ?? ""):\(url.port ?? 80)"
            return ClientIdentity(
                plan: plan, address: address, hostHeader: plan.hostHeader ?? ownHost, eventLoop: eventLoop,
                tally: tally)
        }
        idle = CircularBuffer(identities)
        timetable = Timetable(plan: plan, start: .now())
        draw = RequestDraw(plan: plan)
    }

    func begin() { tick() }

    /// Sends nothing more; what is on its way may still come to its end.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        if let due = timetable.dueCount(by: .now()) { tally.update { $0.recordUnsent(max(0, due - issued)) } }
    }

    /// Sends what is due and sleeps until the next request is, or until the longest pause is over.
    private func tick() {
        let now = NIODeadline.now()
        for identity in identities { identity.enforceTimeout(now: now) }
        sendDueRequests()
        guard !hasFinished else { return }
        let next = nextDue(now: now)
        eventLoop.assumeIsolated().scheduleTask(deadline: min(next, now + Limits.longestPause)) { self.tick() }
    }

    private func nextDue(now: NIODeadline) -> NIODeadline {
        guard !isStopping, !idle.isEmpty else { return .distantFuture }
        return timetable.dueTime(ofRequest: issued, now: now) ?? .distantFuture
    }

    private func sendDueRequests() {
        while !isStopping, let due = timetable.dueTime(ofRequest: issued, now: .now()) {
            let now = NIODeadline.now()
            guard due <= now, let identity = idle.popFirst() else { break }
            identity.perform(nextRequest(due: due), now: now) {
                self.idle.append(identity)
                self.sendDueRequests()
            }
        }
        let now = NIODeadline.now()
        if timetable.dueTime(ofRequest: issued, now: now) == nil || now >= timetable.end { stop() }
        if isStopping && idle.count == identities.count { finish() }
    }

    private func nextRequest(due: NIODeadline) -> PlannedRequest {
        let number = issued
        issued += 1
        let template = draw.template()
        return PlannedRequest(
            template: template, body: template.body?(number), due: due, usesNewConnection: draw.usesNewConnection())
    }

    private func finish() {
        guard !hasFinished else { return }
        hasFinished = true
        for identity in identities { identity.leave() }
        finished.succeed()
    }
}
