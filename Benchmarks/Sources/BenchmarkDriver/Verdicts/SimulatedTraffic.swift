import Foundation
import Judging

/// One request and what became of it.
struct SimulatedRequest {
    let client: Int
    let isGreen: Bool
    let isBad: Bool
    let milliseconds: Double
    /// Whether the judge may count it, as part of one of the first units of a client after an assignment.
    var isUnit = true
    /// Whether its time counts: only the first unit has times, since whoever is far away is slow each time.
    var isTimed = true
}

/// The requests of one second.
struct SimulatedSecond {
    let share: Double
    let requests: [SimulatedRequest]
}

/// Users of a release: when they come, to which slot they go and how they fare, second by second.
struct SimulatedTraffic: Sequence, IteratorProtocol {
    /// The slot of a client until it is assigned anew, and what of the client is counted as Telemetry's `UnitCounter` does.
    private struct Assignment {
        let isGreen: Bool
        private var units = 0
        private var newest: (second: Int, isTimed: Bool)?

        init(isGreen: Bool) {
            self.isGreen = isGreen
        }

        /// All requests of a second are one unit; further ones of it count even after an error.
        mutating func count(_ request: inout SimulatedRequest, inSecond second: Int, errorIsLastUnit: Bool) {
            if newest?.second != second, units < Scenario.mostUnitsOfAClient {
                newest = (second, isTimed: units == 0)
                units += 1
            }
            request.isUnit = newest?.second == second
            request.isTimed = request.isUnit && newest?.isTimed == true
            if errorIsLastUnit, request.isBad { units = Scenario.mostUnitsOfAClient }
        }
    }

    private static let medianMilliseconds = 40.0
    /// The logarithm's; p95 is 3.7 times the median and p99 6.4 times.
    private static let deviation = 0.8

    private let scenario: Scenario
    private var random: Randomness
    private var stage = 0
    private var secondOfStage = 0
    private var assignments: [Assignment] = []
    private var nextClient = 0
    private var incident: (stage: Int, second: Int)?

    init(_ scenario: Scenario, random: Randomness) {
        self.scenario = scenario
        self.random = random
        if scenario.incidentErrors != nil {
            incident = (
                self.random.index(below: scenario.plan.stages.count),
                self.random.index(below: Scenario.latestIncidentInStage)
            )
        }
    }

    /// What is known of blue before green comes.
    mutating func blueBefore() -> SlotCounts {
        var counts = SlotCounts()
        for _ in 0..<scenario.requestsKnownOfBlue {
            counts.add(request(of: 0, isGreen: false, errors: scenario.blueErrors))
        }
        return counts
    }

    mutating func next() -> SimulatedSecond? {
        if stage < scenario.plan.stages.count, secondOfStage == scenario.plan.stages[stage].seconds {
            stage += 1
            secondOfStage = 0
        }
        guard stage < scenario.plan.stages.count else { return nil }
        let share = scenario.plan.stages[stage].share
        if secondOfStage.isMultiple(of: Scenario.secondsBetweenAssignments) { assignClients(share: share) }
        var requests: [SimulatedRequest] = []
        for _ in 0..<random.poisson(mean: scenario.requestsAMinute / 60) { requests.append(anyonesRequest(share)) }
        if scenario.abuser != nil {
            for _ in 0..<random.poisson(mean: Scenario.abusiveRequestsAMinute / 60) {
                requests.append(abusersRequest())
            }
        }
        secondOfStage += 1
        return SimulatedSecond(share: share, requests: requests)
    }

    private mutating func assignClients(share: Double) {
        assignments = (0..<(scenario.clients ?? 0)).map { _ in Assignment(isGreen: random.happens(share)) }
        guard let abuser = scenario.abuser else { return }
        assignments.append(Assignment(isGreen: abuser == .alwaysOnGreen || random.happens(share)))
    }

    private mutating func anyonesRequest(_ share: Double) -> SimulatedRequest {
        guard let clients = scenario.clients else {
            nextClient += 1
            let isGreen = random.happens(share)
            return request(of: nextClient, isGreen: isGreen, errors: errors(green: isGreen))
        }
        let client = random.index(below: clients)
        return request(ofAssigned: client, errors: errors(green: assignments[client].isGreen))
    }

    private mutating func abusersRequest() -> SimulatedRequest {
        request(ofAssigned: assignments.count - 1, errors: 1)
    }

    private mutating func request(ofAssigned client: Int, errors: Double) -> SimulatedRequest {
        var request = request(of: client, isGreen: assignments[client].isGreen, errors: errors)
        assignments[client].count(
            &request, inSecond: secondOfStage, errorIsLastUnit: scenario.errorIsLastUnit)
        return request
    }

    private mutating func request(of client: Int, isGreen: Bool, errors: Double) -> SimulatedRequest {
        let slowdown = isGreen ? scenario.slowdown : 1
        return SimulatedRequest(
            client: client, isGreen: isGreen, isBad: random.happens(errors),
            milliseconds: slowdown * Self.medianMilliseconds * exp(Self.deviation * random.normal()))
    }

    private func errors(green: Bool) -> Double {
        if let incident, let errors = scenario.incidentErrors,
            (stage, secondOfStage) >= (incident.stage, incident.second)
        {
            return errors
        }
        return green ? scenario.greenErrors : scenario.blueErrors
    }
}

extension SimulatedSecond {
    /// As the judge is told of it: a client is one unit, its outcomes and its times weighted so that they add one.
    var tick: Tick {
        var tick = Tick(share: share)
        let counted = requests.filter(\.isUnit)
        var parts: [Int: (requests: Double, times: Double)] = [:]
        for request in counted {
            parts[request.client, default: (0, 0)].requests += 1
            if request.hasTime { parts[request.client, default: (0, 0)].times += 1 }
        }
        for request in counted {
            let part = parts[request.client] ?? (1, 1)
            if request.isGreen {
                tick.green.add(request, weight: 1 / part.requests, ofTime: 1 / part.times)
            } else {
                tick.blue.add(request, weight: 1 / part.requests, ofTime: 1 / part.times)
            }
        }
        return tick
    }
}

extension SimulatedRequest {
    /// Errors have no time: a quick one is no quick answer.
    fileprivate var hasTime: Bool { isTimed && !isBad }
}

extension SlotCounts {
    fileprivate mutating func add(_ request: SimulatedRequest, weight: Double = 1, ofTime timeWeight: Double = 1) {
        if request.isBad { bad += weight } else { ok += weight }
        if request.hasTime { times.add(milliseconds: request.milliseconds, weight: timeWeight) }
    }
}
