package import Domain
package import Judging
import Synchronization

/// What users meet, as HAProxy's request log tells it; a `RequestLogServer` fills it.
///
/// Everything here answers at once. Times are those at which lines are read, and nothing is kept on disk: what a
/// restart misses is a gap.
package final class RequestLog: Sendable {
    private let book: Mutex<LogBook>

    package init(environments: [EnvironmentDefinition]) {
        book = Mutex(LogBook(environments: environments, at: .now))
    }

    /// What a slot answered in the last half hour, each request a unit.
    package func recent(_ environment: EnvironmentName, _ slot: SlotName) -> SlotCounts {
        book.withLock { $0.recent(environment, slot, at: .now) }
    }

    /// Leaves requests for these paths out of what releases are judged by: health endpoints, which monitors ask for again and
    /// again, say nothing of users. They are counted for `/metrics` all the same.
    package func leaveOut(_ paths: Set<String>, of environment: EnvironmentName) {
        book.withLock { $0.leaveOut(paths, of: environment) }
    }

    /// Counts units from now on, for the requests that were divided by salts of this drawing; ends the one before.
    package func begin(_ drawing: Drawing) {
        book.withLock { $0.begin(drawing, at: .now) }
    }

    /// Everything that was seen since the last call.
    package func take(_ environment: EnvironmentName) -> UnitObservation {
        book.withLock { $0.take(environment, at: .now) }
    }

    /// Ends the counting of units.
    package func end(_ environment: EnvironmentName) {
        book.withLock { $0.end(environment) }
    }

    /// Processes of HAProxy that are connected.
    package var connections: Int { book.withLock { $0.continuity.connections } }
    /// Lines that were read, of whatever backend.
    package var linesReceived: Int { book.withLock { $0.continuity.received } }
    /// Lines that are known to be lost.
    package var linesLost: Int { book.withLock { $0.continuity.lost } }

    /// All counters, as Prometheus takes them.
    package var metricFamilies: [MetricFamily] {
        let (environments, continuity) = book.withLock { ($0.environments, $0.continuity) }
        return RequestMetrics.families(environments.map { ($0.name, $0.routes.names, $0.counters) })
            + RequestMetrics.families(continuity)
    }
}

extension RequestLog {
    func read(_ buffer: FrameBuffer) throws(FrameBuffer.Malformed) {
        try book.withLock { book throws(FrameBuffer.Malformed) in try book.read(buffer, at: .now) }
    }

    func noteConnected() {
        book.withLock { $0.continuity.connected(at: .now) }
    }

    func noteClosed() {
        book.withLock { $0.continuity.closed(at: .now) }
    }
}
