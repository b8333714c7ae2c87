import Domain
import Judging

/// Everything that was learnt from the lines of the request log.
struct LogBook {
    /// Where a backend belongs to; nil for those that are no slot's: pages, the certificate authority.
    private struct Place {
        let environment: Int
        let slot: SlotName
    }

    private(set) var environments: [EnvironmentTraffic]
    /// By the fingerprint of a backend's name.
    private var places: [UInt64: Place?] = [:]
    var continuity: LogContinuity
    private let start: ContinuousClock.Instant
    private var minute = 0

    init(environments: [EnvironmentDefinition], at now: ContinuousClock.Instant) {
        self.environments = environments.map(EnvironmentTraffic.init)
        continuity = LogContinuity(at: now)
        start = now
    }

    /// Takes all whole frames of a buffer; throws at what is none.
    mutating func read(_ buffer: FrameBuffer, at now: ContinuousClock.Instant) throws(FrameBuffer.Malformed) {
        turnPage(at: now)
        defer { continuity.endRead() }
        do throws(FrameBuffer.Malformed) {
            while let frame = try buffer.next() { record(frame) }
        } catch {
            continuity.noteMalformed()
            throw error
        }
    }

    private mutating func record(_ frame: UnsafeRawBufferPointer) {
        guard RequestLine.isOne(frame) else { return continuity.note(message: frame) }
        guard let line = RequestLine(frame) else { return continuity.noteMalformed() }
        continuity.note(line)
        guard let place = place(of: line.backend) else { return }
        environments[place.environment].record(line, slot: place.slot, minute: minute)
    }

    private mutating func place(of backend: UnsafeRawBufferPointer) -> Place? {
        let key = Fingerprint.of(backend)
        if let known = places[key] { return known }
        let found = place(named: String(decoding: backend, as: UTF8.self))
        if places.count < Limits.backends { places[key] = .some(found) }
        return found
    }

    /// Reads `environment-slot-read` and `environment-slot-write`.
    private func place(named backend: String) -> Place? {
        let parts = backend.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.last == "read" || parts.last == "write",
            let slot = SlotName(rawValue: String(parts[parts.count - 2]))
        else { return nil }
        let name = parts.dropLast(2).joined(separator: "-")
        return environments.firstIndex { $0.name.rawValue == name }.map { Place(environment: $0, slot: slot) }
    }

    /// Begins a new minute where one is over.
    private mutating func turnPage(at now: ContinuousClock.Instant) {
        let current = Int((now - start) / .seconds(60))
        guard current != minute else { return }
        minute = current
        for index in environments.indices { environments[index].refreshPatience(at: minute) }
    }
}

extension LogBook {
    mutating func recent(
        _ environment: EnvironmentName, _ slot: SlotName, at now: ContinuousClock.Instant
    ) -> SlotCounts {
        turnPage(at: now)
        return index(of: environment).map { environments[$0].recent(slot, at: minute) } ?? SlotCounts()
    }

    mutating func leaveOut(_ paths: Set<String>, of environment: EnvironmentName) {
        guard let index = index(of: environment) else { return }
        environments[index].leaveOut(paths)
    }

    mutating func begin(_ drawing: Drawing, at now: ContinuousClock.Instant) {
        guard let index = index(of: drawing.environment) else { return }
        environments[index].refreshPatience(at: minute)
        environments[index].begin(drawing)
        environments[index].mark = continuity.mark(at: now)
    }

    mutating func take(_ environment: EnvironmentName, at now: ContinuousClock.Instant) -> UnitObservation {
        turnPage(at: now)
        guard let index = index(of: environment) else {
            return UnitObservation(gap: "\(environment) is no environment whose requests are counted.")
        }
        var observation = environments[index].take()
        let gaps = environments[index].mark.map { continuity.gaps(since: $0, at: now) } ?? []
        let all = gaps + [observation.gap].compactMap(\.self)
        observation.gap = all.isEmpty ? nil : all.joined(separator: " ")
        environments[index].mark = continuity.mark(at: now)
        environments[index].refreshPatience(at: minute)
        return observation
    }

    mutating func end(_ environment: EnvironmentName) {
        guard let index = index(of: environment) else { return }
        environments[index].end()
        environments[index].mark = nil
    }

    private func index(of environment: EnvironmentName) -> Int? {
        environments.firstIndex { $0.name == environment }
    }
}
