/// Wakes whoever carries out what the records say: at once when it is rung, and now and then by itself.
struct Bell: Sendable {
    private let rings: AsyncStream<Void>
    private let ringing: AsyncStream<Void>.Continuation

    init() { (rings, ringing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    /// Has somebody look; answers at once.
    func ring() { ringing.yield() }

    /// Works at the beginning, at each ring and after each interval, until the task is cancelled; one at a time.
    func attend(every interval: Duration, _ work: @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [ringing] in
                while (try? await Task.sleep(for: interval)) != nil { ringing.yield() }
                ringing.finish()
            }
            ring()
            for await _ in rings where !Task.isCancelled { await work() }
            group.cancelAll()
        }
    }
}
