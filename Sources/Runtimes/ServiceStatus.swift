package import Foundation

/// What a service does now and how it ended lately.
package struct ServiceStatus: Codable, Equatable, Sendable {
    /// What runit does for the service now.
    package enum State: String, Codable, Sendable {
        case down
        case run
        /// The process has ended and its traces are being cleared.
        case finish
        /// It ended too soon and waits before it is started again.
        case backingOff
    }

    /// How one run of the process ended.
    package struct Exit: Codable, Equatable, Sendable {
        package let started: Date
        package let ended: Date
        /// nil when a signal ended it. 111 is also chpst's answer to a program that cannot be started.
        package let code: Int32?
        package let signal: Int32?
    }

    package let name: String
    package let state: State
    package let pid: Int32?
    package let since: Date
    package let wantedUp: Bool
    /// Oldest first, at most `Limits.recentExits`.
    package let recentExits: [Exit]
    /// nil while there is no process.
    package let limitsInForce: LimitsInForce?
    /// Why the memory limit that was asked for is not in force; nil when it is, when there is none, and while there is
    /// no process.
    package let memoryLimitObstacle: String?

    /// One sentence for people: "backing off, exited with 1, 5 times".
    package var description: String {
        guard let last = recentExits.last else { return state.rawValue }
        let same = recentExits.reversed().prefix { $0.code == last.code && $0.signal == last.signal }.count
        let cause = last.code.map { "exited with \($0)" } ?? "ended by signal \(last.signal ?? 0)"
        return "\(state.rawValue), \(cause), \(same) \(same == 1 ? "time" : "times")"
    }
}

/// runsv's status record: 20 bytes, TAI64N time, pid (little-endian), paused, want, term, state (runsv(8)).
struct SuperviseRecord {
    let since: Date
    let pid: Int32
    let wantedUp: Bool
    /// 0 down, 1 run, 2 finish.
    let state: UInt8

    /// Begins of TAI64 labels: 2^62, and TAI is 10 s ahead of Unix time as runit counts it.
    private static let epoch: UInt64 = 4_611_686_018_427_387_914

    init?(_ data: Data) {
        guard data.count == 20 else { return nil }
        let bytes = [UInt8](data)
        let seconds = bytes[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        since = Date(timeIntervalSince1970: TimeInterval(seconds >= Self.epoch ? seconds - Self.epoch : 0))
        pid = Int32(bitPattern: bytes[12..<16].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        wantedUp = bytes[17] == UInt8(ascii: "u")
        state = bytes[19]
    }
}
