/// What is known of the lines that were not seen, since the log is read.
struct LogContinuity {
    /// How far it had come at one look.
    struct Mark {
        fileprivate var lost = 0
        fileprivate var received = 0
        fileprivate var malformed = 0
        fileprivate var closings = 0
        fileprivate var unconnected = Duration.zero
    }

    private var sequences = LineSequences()
    /// Lines that HAProxy itself says to have dropped.
    private(set) var dropped = 0
    /// Lines and frames that could not be read.
    private(set) var malformed = 0
    /// Processes of HAProxy that were connected and are no more.
    private var closings = 0
    private(set) var connections = 0
    private var unconnectedSince: ContinuousClock.Instant?
    private var unconnectedBefore = Duration.zero

    init(at now: ContinuousClock.Instant) {
        unconnectedSince = now
    }

    var received: Int { sequences.received }
    /// HAProxy tells what it drops, and its numbers show it once more.
    var lost: Int { max(sequences.lost, dropped) }

    mutating func note(_ line: RequestLine) {
        sequences.note(process: line.process, number: line.number)
    }

    mutating func noteMalformed() {
        malformed += 1
    }

    /// Takes a message of HAProxy's own; only one tells of a loss: "3 events dropped".
    mutating func note(message: UnsafeRawBufferPointer) {
        let words = String(decoding: message, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.last == "dropped", words.count >= 3, let count = Int(words[words.count - 3]) else { return }
        dropped += count
    }

    mutating func endRead() {
        sequences.settle()
    }

    mutating func connected(at now: ContinuousClock.Instant) {
        connections += 1
        unconnectedBefore = unconnected(at: now)
        unconnectedSince = nil
    }

    mutating func closed(at now: ContinuousClock.Instant) {
        connections -= 1
        closings += 1
        if connections == 0 { unconnectedSince = now }
    }

    private func unconnected(at now: ContinuousClock.Instant) -> Duration {
        unconnectedBefore + (unconnectedSince.map { now - $0 } ?? .zero)
    }
}

extension LogContinuity {
    func mark(at now: ContinuousClock.Instant) -> Mark {
        Mark(
            lost: lost, received: received, malformed: malformed, closings: closings,
            unconnected: unconnected(at: now))
    }

    /// What was not seen between a mark and now, in sentences with numbers; empty where all was.
    func gaps(since mark: Mark, at now: ContinuousClock.Instant) -> [String] {
        var sentences: [String] = []
        let absence = unconnected(at: now) - mark.unconnected
        if absence > .zero {
            let state = connections == 0 ? "is not connected" : "was not connected"
            sentences.append("HAProxy's request log \(state): nothing is known of \(Self.seconds(absence)).")
        } else if closings > mark.closings {
            sentences.append(
                "\(Self.count(closings - mark.closings, "process", "processes")) of HAProxy closed the request log, at a "
                    + "reload or its end: what was still under way there is not known.")
        }
        if lost > mark.lost {
            let all = received - mark.received + lost - mark.lost
            sentences.append("\(lost - mark.lost) of \(Self.count(all, "line", "lines")) of the request log were lost.")
        }
        if malformed > mark.malformed {
            sentences.append(
                "\(Self.count(malformed - mark.malformed, "line", "lines")) of the request log could not be read.")
        }
        return sentences
    }

    private static func seconds(_ duration: Duration) -> String {
        "\((duration / .milliseconds(100)).rounded(.up) / 10) s"
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }
}
