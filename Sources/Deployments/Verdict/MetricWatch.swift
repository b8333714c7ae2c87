import Domain
import Synchronization

/// Looks at what Prometheus says of a release's guards, again and again.
final class MetricWatch: Sendable {
    private struct State {
        /// How often in a row each guard's value was out of its bounds.
        var breaches: [String: Int] = [:]
        var faults: [String: String] = [:]
        var silences: [String: String] = [:]
        var outBefore: Set<String>
        var looks = 0
    }

    private let guards: [MetricGuard]
    private let reader: any MetricReader
    private let state: Mutex<State>

    /// `outBefore` names those that were out of their bounds before the release had users: it is not blamed for them until
    /// they were within once.
    init(_ guards: [MetricGuard], reader: any MetricReader, outBefore: Set<String> = []) {
        self.guards = guards
        self.reader = reader
        state = Mutex(State(outBefore: outBefore))
        for guarded in guards { state.withLock { $0.silences[guarded.name] = "\(guarded.name) was not asked for yet" } }
    }

    /// Why the release is to be taken back; nil while no value was out of its bounds often enough in a row.
    var fault: String? { state.withLock { $0.faults.min { $0.key < $1.key }?.value } }

    /// Why nothing is to be concluded; nil when every guard has a value within its bounds, and was asked for as often as a
    /// bad one would have been.
    var silence: String? {
        state.withLock { state in
            if let silence = state.silences.min(by: { $0.key < $1.key }) { return silence.value }
            guard !guards.isEmpty, state.looks < Limits.metricBreaches else { return nil }
            return "the metrics were asked for \(state.looks) of \(Limits.metricBreaches) times"
        }
    }

    /// The names of the guards whose values are out of their bounds now.
    static func outOfBounds(_ guards: [MetricGuard], reader: any MetricReader) async -> Set<String> {
        let watch = MetricWatch(guards, reader: reader)
        await watch.look()
        return watch.state.withLock { Set($0.breaches.filter { $0.value > 0 }.keys) }
    }

    /// Looks until it is cancelled.
    func run(every interval: Duration) async throws {
        guard !guards.isEmpty else { return }
        while true {
            await look()
            try await Task.sleep(for: interval)
        }
    }

    private func look() async {
        await withTaskGroup(of: Void.self) { group in
            for guarded in guards {
                group.addTask { self.note(await self.reader.value(of: guarded), of: guarded) }
            }
        }
        state.withLock { $0.looks += 1 }
    }

    private func note(_ value: MetricValue, of guarded: MetricGuard) {
        state.withLock { state in
            guard case .value(let number) = value else {
                if case .inconclusive(let why) = value { state.silences[guarded.name] = why }
                return
            }
            guard let breach = guarded.breach(by: number) else {
                state.breaches[guarded.name] = 0
                state.silences[guarded.name] = nil
                state.outBefore.remove(guarded.name)
                return
            }
            guard !state.outBefore.contains(guarded.name) else {
                state.silences[guarded.name] = "\(breach), as before the release had users"
                return
            }
            state.breaches[guarded.name, default: 0] += 1
            state.silences[guarded.name] = breach
            if state.breaches[guarded.name, default: 0] >= Limits.metricBreaches { state.faults[guarded.name] = breach }
        }
    }
}

extension MetricGuard {
    /// What is wrong with a value, in a sentence without its point; nil when it is within the bounds.
    fileprivate func breach(by value: Double) -> String? {
        if let minimum, value < minimum {
            return "the metric \(name) is \(value), and at least \(minimum) is asked for"
        }
        if let maximum, value > maximum { return "the metric \(name) is \(value), and at most \(maximum) is allowed" }
        return nil
    }
}
