import API
import Domain
import Foundation
import Synchronization

/// The step that is being done and for how long, on the last line of a terminal; nothing where no person watches.
final class DeploymentProgress: Sendable {
    private struct State {
        var running: (step: Step, since: Date)?
        var isPaused = false
        /// When the last line was told to a reader who is no person.
        var toldAt: Date?
    }

    /// Seconds between two lines for a reader who is no person.
    private static let plainInterval: Double = 10

    private let state = Mutex(State())

    /// Learns from a line of the journal which step is being done.
    func note(_ line: JournalLine) {
        let parts = line.boundary.split(separator: ":")
        guard parts.count == 2, let step = Step(rawValue: String(parts[1])) else { return }
        state.withLock { $0.running = parts[0] == "intent" ? (step, line.at) : nil }
    }

    /// Shows the step, and in a stage how its verdict stands; where no person watches, a line now and then.
    func show(_ verdict: VerdictReport? = nil) {
        state.withLock { state in
            guard let (step, since) = state.running, !state.isPaused else { return }
            let seconds = max(0, Int(Date().timeIntervalSince(since)))
            let line = "  \(Terminal.coloured("now", .faint))   \(step.paddedTitle) \(seconds) s"
            guard let verdict else { return Terminal.sayProgress(line) }
            let whole = "\(line)  \(VerdictText(verdict).line)"
            if Terminal.showsProgress { return Terminal.sayProgress(whole) }
            guard state.toldAt.map({ Date().timeIntervalSince($0) >= Self.plainInterval }) ?? true else { return }
            state.toldAt = Date()
            Terminal.say(whole)
        }
    }

    /// Makes room for a line that stays.
    func takeAway() {
        state.withLock { state in
            if !state.isPaused { Terminal.endProgress() }
        }
    }

    /// Keeps the last line free, for a question.
    func pause() {
        takeAway()
        state.withLock { $0.isPaused = true }
    }

    func resume() { state.withLock { $0.isPaused = false } }
}

extension Step {
    /// The title in the width of a column.
    var paddedTitle: String { title.padding(toLength: max(17, title.count), withPad: " ", startingAt: 0) }
}
