import Domain
import Foundation

@testable import Telemetry

/// A line of the request log with the fields that a test cares for.
struct LogLine {
    var process = 7
    var number = 0
    var backend = "production-s1-read"
    var status = 200
    var microseconds: Int? = 1_000
    var milliseconds = 1
    var termination = "--"
    var unit: String?
    var split = "0:17.0:s1:-"
    var method = "GET"
    var path = "/"

    var text: String {
        let time = microseconds.map(String.init) ?? "-"
        return "r1 \(process) \(number) \(backend) \(status) \(time) \(milliseconds) \(termination) \(unit ?? "-") "
            + "\(split) \(method) \(path)"
    }
}

/// A line of a client whose requests are divided between s1 and s2.
func divided(
    _ client: Int, to slot: String, status: Int = 200, microseconds: Int? = 1_000, share: Int = 500,
    salt: String = "17.0"
) -> LogLine {
    LogLine(
        backend: "production-\(slot)-read", status: status, microseconds: microseconds, unit: String(client),
        split: "\(share):\(salt):s1:s2")
}

/// A text as HAProxy sends it over the stream.
func framed(_ text: String) -> [UInt8] { Array("\(text.utf8.count) \(text)".utf8) }

extension FrameBuffer {
    /// Appends bytes that fit.
    func append(_ bytes: some Collection<UInt8>) {
        space.copyBytes(from: bytes)
        filled(bytes.count)
    }
}

/// A log book that is fed with lines, and a clock that stands still until it is moved.
struct FedBook {
    static let production = EnvironmentName(unchecked: "production")
    static let slots = (SlotName(number: 1), SlotName(number: 2))

    var book: LogBook
    var now: ContinuousClock.Instant
    private let buffer = FrameBuffer()
    private var number = 0

    init(allowedIncrease: Double = 0.5) {
        now = .now
        let triggers = RollbackTriggers(maxResponseTimeIncrease: allowedIncrease)
        let policy = DeploymentPolicy(verdict: VerdictPolicy(triggers: triggers))
        book = LogBook(
            environments: [
                EnvironmentDefinition(name: Self.production, domains: [], policy: policy),
                EnvironmentDefinition(name: EnvironmentName(unchecked: "production-eu"), domains: []),
            ], at: now)
        book.continuity.connected(at: now)
    }

    /// Reads lines as they come from one process of HAProxy; each is given the next number.
    mutating func read(_ lines: [LogLine]) throws {
        for line in lines {
            var numbered = line
            numbered.number = number
            number += 1
            try read(text: numbered.text)
        }
    }

    mutating func read(text: String) throws {
        buffer.append(framed(text))
        try book.read(buffer, at: now)
    }

    mutating func begin(timeFactor: Double = 1.5) {
        book.begin(
            Drawing(
                environment: Self.production, stable: Self.slots.0, candidate: Self.slots.1, salts: "17.",
                timeFactor: timeFactor),
            at: now)
    }

    mutating func take() -> UnitObservation { book.take(Self.production, at: now) }
}
