import API
import Domain
import Foundation

/// Shows a deployment's journal as it is written, until the deployment has ended.
struct DeploymentFollower: Sendable {
    private static let newsWait: Duration = .seconds(10)
    /// The same where a person watches a step's time.
    private static let progressInterval: Duration = .seconds(1)
    /// How long the control plane may be away (it is restarted by its supervisor) before following is given up.
    private static let patience: Duration = .seconds(60)

    let state: ConnectionOption
    let id: DeploymentID
    let isQuiet: Bool
    let progress = DeploymentProgress()

    /// Follows to the end, or until a line is reached; answers the deployment as it is then.
    func follow(until isEnough: @Sendable (JournalLine) -> Bool = { _ in false }) async throws -> DeploymentReport {
        var seen = 0
        var lastAnswer = ContinuousClock.now
        let wait = Terminal.showsProgress && !isQuiet ? Self.progressInterval : Self.newsWait
        defer { if !isQuiet { progress.takeAway() } }
        while true {
            do {
                let report = try await state.client().deployment(id, after: seen, wait: wait)
                lastAnswer = .now
                let news = report.journal.filter { $0.sequence > seen }
                news.forEach { show($0, of: report) }
                seen = news.last?.sequence ?? seen
                if report.deployment.outcome != nil || news.contains(where: isEnough) { return report }
                if !isQuiet { await showProgress(of: report) }
            } catch  where (CommandExit(error)?.cause == .unreachable) {
                guard ContinuousClock.now - lastAnswer < Self.patience else { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// The same, and ^C asks whether to take the deployment back or to leave it running.
    ///
    /// An answer counts even when the deployment ends while it is typed: what was committed meanwhile is rolled back.
    func followAskingOnInterrupt(in environment: EnvironmentName) async throws -> DeploymentReport {
        try await withThrowingTaskGroup(of: News.self) { group in
            group.addTask { .ended(try await self.follow()) }
            group.addTask { await self.answerToInterrupt() }
            var ended: DeploymentReport?
            var isWantedBack = false
            var successor: DeploymentFollower?
            while let news = try await group.next() {
                switch news {
                case .ended(let report):
                    ended = report
                    group.cancelAll()
                case .answered(.takeBack):
                    isWantedBack = true
                    guard ended == nil else { break }
                    successor = try await takeBack(in: environment)
                    if successor == nil { group.addTask { await self.answerToInterrupt() } }
                case .answered(.leaveRunning) where ended == nil:
                    group.cancelAll()
                    return try await state.client().deployment(id)
                case .answered(.leaveRunning), .unanswered:
                    break
                }
            }
            guard let ended else { return try await state.client().deployment(id) }
            guard isWantedBack, ended.deployment.outcome == .committed else { return ended }
            if successor == nil { successor = try await takeBack(in: environment) }
            return try await successor?.follow() ?? ended
        }
    }

    /// The step that is being done, and in a stage how its verdict stands: each second on a terminal, now and then in
    /// lines that stay.
    private func showProgress(of report: DeploymentReport) async {
        guard report.deployment.step?.isJudged == true,
            let verdict = try? await state.client().verdict(of: id)
        else { return progress.show() }
        progress.show(verdict)
    }

    static func sayEnd(of report: DeploymentReport) {
        let deployment = report.deployment
        let seconds = (report.endedAt ?? deployment.createdAt).timeIntervalSince(deployment.createdAt)
        let time = String(format: "%.1f s", seconds)
        let why = deployment.reason.map { ": \($0)" } ?? "."
        switch (deployment.outcome, deployment.kind) {
        case (.committed, .contract):
            Terminal.say(
                Terminal.coloured("The database of \(deployment.environment) is contracted", .green) + " (\(time)).")
        case (.failed, .contract):
            Terminal.say(Terminal.coloured("The database of \(deployment.environment) was not contracted", .red) + why)
        case (.committed, _):
            Terminal.say(
                Terminal.coloured("\(deployment.release) serves \(deployment.environment)", .green) + " (\(time)).")
        case (.rolledBack, .rollback):
            let target = deployment.previous?.description ?? "the release before"
            Terminal.say(Terminal.coloured("\(target) serves \(deployment.environment) again", .green) + " (\(time)).")
        case (.rolledBack, .deploy), (.rolledBack, .contract):
            Terminal.say(Terminal.coloured("\(deployment.release) was taken back", .yellow) + why)
        case (.failed, let kind) where kind == .rollback || report.isStillServed:
            Terminal.say(Terminal.coloured("\(deployment.release) could not be taken back", .red) + why)
        case (.failed, _):
            Terminal.say(Terminal.coloured("\(deployment.release) was not deployed", .red) + why)
        case (nil, _):
            Terminal.say("Deployment \(deployment.id) goes on; see 'switchyard status'.")
        }
    }

    private func show(_ line: JournalLine, of report: DeploymentReport) {
        guard !isQuiet else { return }
        progress.note(line)
        guard !line.boundary.hasPrefix("intent:"), line.boundary != "begun" else { return }
        progress.takeAway()
        let parts = line.boundary.split(separator: ":").map(String.init)
        let name = Step(rawValue: parts.last ?? "")?.title ?? line.boundary
        let mark =
            switch parts.first {
            case "completed": Terminal.coloured("done", .green)
            case "failed", "rollbackRequested": Terminal.coloured("back", .red)
            default: Terminal.coloured("note", .yellow)
            }
        guard let text = line.text else { return Terminal.say("  \(mark)  \(name)") }
        let padded = name.padding(toLength: max(17, name.count), withPad: " ", startingAt: 0)
        Terminal.say("  \(mark)  \(padded) \(text)")
    }
}
