import Domain

/// What is true of a simulated release, which the rules have to find out.
struct Scenario {
    let plan: StagePlan
    let requestsAMinute: Double
    /// How many clients there are, who stay with their slot; nil where every request is another client's.
    var clients: Int?
    var blueErrors = 0.01
    var greenErrors = 0.01
    /// By what green's response times are multiplied.
    var slowdown = 1.0
    /// Both slots' errors from a moment on.
    var incidentErrors: Double?
    var abuser: Abuser?
    /// Whether a client's first error is its last unit until it is assigned anew, which keeps the bound: what counts
    /// depends on the past only, and in both slots in the same way.
    var errorIsLastUnit = true

    /// A client whose requests all fail, and who sends many of them.
    enum Abuser {
        /// In the slot that chance gives it.
        case whereverItComes
        /// In green's, each time clients are assigned anew.
        case alwaysOnGreen
    }

    static let abusiveRequestsAMinute = 30.0
    /// A unit is what a client asked in one of its first seconds after an assignment; what it asks beyond is left out.
    static let mostUnitsOfAClient = 3
    /// Clients are assigned anew at each stage, and in long stages this often.
    static let secondsBetweenAssignments = Int(SwitchyardRule.policy.assignmentSeconds)
    /// An incident begins this soon after a stage began, while units are still to be had.
    static let latestIncidentInStage = 120

    /// Of blue before green came.
    var requestsKnownOfBlue: Int { min(Int(30 * requestsAMinute), 2_000) }
}

/// How the share of green grows.
struct StagePlan {
    let name: String
    let stages: [(share: Double, seconds: Int)]

    static let canaryFirst = StagePlan(
        name: "5 % → 50 % → 95 %, 10 minutes each", stages: [(0.05, 600), (0.5, 600), (0.95, 600)])
    static let straight = StagePlan(name: "50 % for 30 minutes", stages: [(0.5, 1_800)])

    static func steady(share: Double, seconds: Int) -> StagePlan {
        StagePlan(name: "\(share)", stages: [(share, seconds)])
    }
}
