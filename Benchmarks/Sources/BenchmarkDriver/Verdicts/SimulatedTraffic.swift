import Foundation
import Judging

/// One request and what became of it.
struct SimulatedRequest {
    let client: Int
    let isGreen: Bool
    let isBad: Bool
    let milliseconds: Double
    /// Whether the judge may count it: the first ones of a client in an assignment epoch.
    let isUnit: Bool
}

/// The requests of one second.
struct SimulatedSecond {
    let share: Double
    let requests: [SimulatedRequest]
}

/// Users of a release: when they come, to which slot they go and how they fare, second by second.
struct SimulatedTraffic: Sequence, IteratorProtocol {
    private struct Assignment {
        let isGreen: Bool
        var unitsLeft = Scenario.mostUnitsOfAClient
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
            counts.add(request(of: 0, isGreen: false, isUnit: true, errors: scenario.blueErrors))
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
            return request(of: nextClient, isGreen: isGreen, isUnit: true, errors: errors(green: isGreen))
        }
        let client = random.index(below: clients)
        return request(of: client, errors: errors(green: assignments[client].isGreen))
    }

    private mutating func abusersRequest() -> SimulatedRequest { request(of: assignments.count - 1, errors: 1) }

    private mutating func request(of client: Int, errors: Double) -> SimulatedRequest {
        let assignment = assignments[client]
        let request = request(
            of: client, isGreen: assignment.isGreen, isUnit: assignment.unitsLeft > 0, errors: errors)
        assignments[client].unitsLeft = scenario.errorIsLastUnit && request.isBad ? 0 : assignment.unitsLeft - 1
        return request
    }

    private mutating func request(of client: Int, isGreen: Bool, isUnit: Bool, errors: Double) -> SimulatedRequest {
        let slowdown = isGreen ? scenario.slowdown : 1
        return SimulatedRequest(
            client: client, isGreen: isGreen, isBad: random.happens(errors),
            milliseconds: slowdown * Self.medianMilliseconds * exp(Self.deviation * random.normal()), isUnit: isUnit)
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
    /// As the judge is told of it: each unit counts one.
    var tick: Tick {
        var tick = Tick(share: share, green: SlotCounts(), blue: SlotCounts())
        for request in requests where request.isUnit {
            if request.isGreen { tick.green.add(request) } else { tick.blue.add(request) }
        }
        return tick
    }
}

extension SlotCounts {
    /// Errors have no time: a quick one is no quick answer.
    fileprivate mutating func add(_ request: SimulatedRequest) {
        if request.isBad {
            bad += 1
        } else {
            ok += 1
            times.add(milliseconds: request.milliseconds)
        }
    }
}
