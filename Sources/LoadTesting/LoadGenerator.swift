import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Puts a service under load as a plan says, on one thread, and counts exactly what its clients saw.
///
/// A fixed rate is held whatever the service does (open loop), and response times count from when a request was due,
/// so that a stall of the service is seen by every request that it delays.
package final class LoadGenerator: Sendable {
    private let plan: LoadPlan
    private let tally: SharedTally

    package init(plan: LoadPlan) {
        self.plan = plan
        tally = SharedTally()
    }

    /// Sends requests until the plan's end or until the task is cancelled, then waits for those on their way (at most
    /// the plan's request timeout). Throws where an address can't be resolved. To be called once.
    package func run() async throws {
        let addresses = try plan.baseURLs.map { url in
            (try SocketAddress.makeAddressResolvingHost(url.host() ?? "", port: url.port ?? 80), url)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let finished = eventLoop.makePromise(of: Void.self)
        let run = try await eventLoop.submit { [plan, tally] in
            let run = LoadRun(plan: plan, addresses: addresses, tally: tally, eventLoop: eventLoop, finished: finished)
            run.begin()
            return NIOLoopBound(run, eventLoop: eventLoop)
        }.get()
        await withTaskCancellationHandler {
            try? await finished.futureResult.get()
        } onCancel: {
            eventLoop.execute { run.value.stop() }
        }
        try? await group.shutdownGracefully()
    }

    /// What has been seen so far; at any time, also during the run.
    package func snapshot() -> LoadReport { tally.report }
}

/// The tally that the run writes and anyone may read.
final class SharedTally: Sendable {
    private let tally = Mutex(LoadTally(anchor: (Date(), NIODeadline.now())))

    var report: LoadReport { tally.withLock { $0.report } }

    func update(_ change: (inout LoadTally) -> Void) {
        tally.withLock { change(&$0) }
    }
}
