/// How far the users have come to a release.
package enum Stage: String, Sendable, Codable, CaseIterable {
    /// A few of them have it.
    case canary
    /// Half of them have it, which is when most is learned from each.
    case split
    /// All of them have it but for a few who are held back to compare with.
    case full
}

/// When a stage is over, and how.
package struct StagePolicy: Sendable, Equatable {
    /// Seconds that must have been seen whole before the stage is over.
    package var leastSeconds: Double
    /// Units of green without which it is not over.
    package var leastGreenUnits: Double
    /// Whether it is over only when health is proved.
    package var needsHealth: Bool
    /// Seconds after which somebody has to decide; nil where the stage ends by its time.
    package var deadlineSeconds: Double?

    package init(
        leastSeconds: Double, leastGreenUnits: Double = 0, needsHealth: Bool = false, deadlineSeconds: Double? = nil
    ) {
        self.leastSeconds = leastSeconds
        self.leastGreenUnits = leastGreenUnits
        self.needsHealth = needsHealth
        self.deadlineSeconds = deadlineSeconds
    }

    /// What is known of a stage at a moment.
    package struct Situation: Sendable, Equatable {
        /// Since the stage began.
        package var seconds: Double
        /// The part of them in which everything was seen: silence is not good news.
        package var seenSeconds: Double
        package var greenUnits: Double
        package var finding: Judge.Finding
        /// Why nothing may be concluded just now; nil when something may.
        package var obstacle: String?

        package init(
            seconds: Double, seenSeconds: Double, greenUnits: Double, finding: Judge.Finding, obstacle: String? = nil
        ) {
            self.seconds = seconds
            self.seenSeconds = seenSeconds
            self.greenUnits = greenUnits
            self.finding = finding
            self.obstacle = obstacle
        }
    }

    /// What follows from it.
    package enum Decision: Sendable, Equatable {
        /// The stage goes on.
        case stay(waitingFor: Need)
        case advance
        case takeBack
        /// The deadline is over with neither harm nor health proved.
        case inconclusive(missing: Need)
    }

    /// What a stage still waits for.
    package enum Need: Sendable, Equatable {
        case time(seconds: Double)
        case units(Double)
        case proof
        case sight(String)
    }

    package func decide(_ situation: Situation) -> Decision {
        if situation.finding == .harm { return .takeBack }
        guard let need = need(in: situation) else { return .advance }
        if let deadlineSeconds, situation.seconds >= deadlineSeconds { return .inconclusive(missing: need) }
        return .stay(waitingFor: need)
    }

    private func need(in situation: Situation) -> Need? {
        if let obstacle = situation.obstacle { return .sight(obstacle) }
        if situation.seenSeconds < leastSeconds { return .time(seconds: leastSeconds - situation.seenSeconds) }
        if situation.greenUnits < leastGreenUnits { return .units(leastGreenUnits - situation.greenUnits) }
        return needsHealth && situation.finding != .health ? .proof : nil
    }
}
