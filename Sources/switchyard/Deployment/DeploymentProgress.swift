import API
import Domain
import Foundation
import Synchronization

/// The step that is being done and for how long, on the last line of a terminal; nothing where no person watches.
final class DeploymentProgress: Sendable {
    private struct State {
        var running: (step: Step, since: Date)?
        var isPaused = false
    }

    private let state = Mutex(State())

    /// Learns from a line of the journal which step is being done.
    func note(_ line: JournalLine) {
        let parts = line.boundary.split(separator: ":")
        guard parts.count == 2, let step = Step(rawValue: String(parts[1])) else { return }
        state.withLock { $0.running = parts[0] == "intent" ? (step, line.at) : nil }
    }

    func show() {
        state.withLock { state in
            guard let (step, since) = state.running, !state.isPaused else { return }
            let seconds = max(0, Int(Date().timeIntervalSince(since)))
            Terminal.sayProgress("  \(Terminal.coloured("now", .faint))   \(step.paddedTitle) \(seconds) s")
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
