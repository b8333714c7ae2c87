import Logging
import ServiceLifecycle
import Synchronization

/// Follows the history of loads for all event streams of this process, with one query for all of them.
final class LoadEventFeed: Service {
    enum Message: Sendable {
        case event(LoadEvent)
        /// Shows both ends that the stream is alive.
        case heartbeat
    }

    private let store: LoadEventStore
    private let logger: Logger
    private let readers = Mutex<[Int: AsyncStream<Message>.Continuation]>([:])
    private let nextReader = Atomic(0)

    init(store: LoadEventStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// A stream of what happens from now on; it ends when the process is told to stop.
    func messages() throws(FreightError) -> AsyncStream<Message> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Message.self, bufferingPolicy: .bufferingNewest(Limits.eventsWaiting)
        )
        let reader = nextReader.add(1, ordering: .relaxed).newValue
        let isAdmitted = readers.withLock { readers in
            guard readers.count < Limits.eventStreams else { return false }
            readers[reader] = continuation
            return true
        }
        guard isAdmitted else { throw .tooManyEventStreams }
        continuation.onTermination = { [weak self] _ in
            self?.readers.withLock { _ = $0.removeValue(forKey: reader) }
        }
        continuation.yield(.heartbeat)
        return stream
    }

    /// How many streams are open.
    var openStreams: Int { readers.withLock(\.count) }

    /// Polls while anyone reads, until the process is told to stop.
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.follow() }
        let open = readers.withLock { Array($0.values) }
        for continuation in open { continuation.finish() }
    }

    private func follow() async {
        var position: LoadEventStore.Position?
        var nextHeartbeat = ContinuousClock.now + Limits.eventHeartbeatInterval
        while (try? await Task.sleep(for: Limits.eventPollInterval)) != nil {
            guard !readers.withLock(\.isEmpty) else {
                position = nil
                continue
            }
            position = await poll(after: position)
            if .now >= nextHeartbeat {
                send(.heartbeat)
                nextHeartbeat = .now + Limits.eventHeartbeatInterval
            }
        }
    }

    private func poll(after position: LoadEventStore.Position?) async -> LoadEventStore.Position? {
        do {
            guard let position else { return try await store.end() }
            let (events, end) = try await store.events(after: position)
            for event in events { send(.event(event)) }
            return end
        } catch {
            logger.warning("Load events cannot be read", metadata: ["error": "\(error)"])
            return position
        }
    }

    private func send(_ message: Message) {
        let open = readers.withLock { Array($0.values) }
        for continuation in open { continuation.yield(message) }
    }
}
