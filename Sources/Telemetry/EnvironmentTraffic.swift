import Domain
import Judging

/// What the requests of one environment were.
struct EnvironmentTraffic {
    let name: EnvironmentName
    private let allowedFactor: Double
    private(set) var routes = RouteTable()
    private(set) var counters = RequestCounters()
    /// By slot number, as is `patiences`.
    private var windows: [RecentWindow] = []
    /// The time in milliseconds beyond which hardly anybody waits.
    private var patiences: [Double?] = []
    private(set) var units: UnitCounter?
    /// Paths that say nothing of users.
    private var unjudgedPaths: [[UInt8]] = []
    /// How far the log had come at the last look.
    var mark: LogContinuity.Mark?

    init(_ definition: EnvironmentDefinition) {
        name = definition.name
        allowedFactor = 1 + definition.policy.verdict.triggers.maxResponseTimeIncrease
    }

    mutating func record(_ line: RequestLine, slot: SlotName, minute: Int) {
        let number = slot.number
        while windows.count <= number {
            windows.append(RecentWindow(allowedFactor: allowedFactor))
            patiences.append(nil)
        }
        let outcome = Outcome(line)
        counters.count(line, outcome, route: routes.number(of: line), slot: number)
        guard !unjudgedPaths.contains(where: { line.path.elementsEqual($0) }) else { return }
        let patience = patience(on: number)
        windows[number].add(outcome, minute: minute, patience: patience)
        units?.record(line, outcome, slot: slot, patience: patience)
    }

    mutating func leaveOut(_ paths: Set<String>) { unjudgedPaths = paths.map { Array($0.utf8) } }

    func recent(_ slot: SlotName, at minute: Int) -> SlotCounts {
        guard windows.indices.contains(slot.number) else {
            return RecentWindow(allowedFactor: allowedFactor).counts(at: minute)
        }
        return windows[slot.number].counts(at: minute)
    }

    mutating func begin(_ drawing: Drawing) {
        units = UnitCounter(drawing)
    }

    mutating func take() -> UnitObservation { units?.take() ?? UnitObservation() }

    mutating func end() { units = nil }

    /// Finds out anew how long people wait; seldom enough that it costs nothing.
    mutating func refreshPatience(at minute: Int) {
        for number in windows.indices { patiences[number] = windows[number].patience(at: minute) }
    }

    /// Both slots of a drawing are measured by the stable one.
    private func patience(on number: Int) -> Double? {
        guard let drawing = units?.drawing, drawing.candidate.number == number else { return patiences[number] }
        let stable = drawing.stable.number
        return patiences.indices.contains(stable) ? patiences[stable] : nil
    }
}
