import API
import Domain
import Glibc
import UnixSignals

extension DeploymentFollower {
    /// What comes up while a deployment is followed.
    enum News: Sendable {
        case ended(DeploymentReport)
        case answered(Answer)
        /// The question is of no more use.
        case unanswered
    }

    /// What a person wants after ^C.
    enum Answer: Sendable {
        case takeBack
        case leaveRunning
    }

    /// Waits for ^C and asks, until there is an answer that ends the watching or the task is cancelled.
    func answerToInterrupt() async -> News {
        for await _ in await UnixSignalsSequence(trapping: .sigint) {
            guard Terminal.canAsk else { return .answered(.leaveRunning) }
            progress.pause()
            defer { progress.resume() }
            Terminal.ask("\nTake it back (r), leave it running (l), go on watching (w)? ")
            switch await Terminal.answer() {
            case .line(let text) where text.lowercased().hasPrefix("r"): return .answered(.takeBack)
            case .line(let text) where text.lowercased().hasPrefix("l"): return .answered(.leaveRunning)
            case .line: continue
            case .end: return .answered(.leaveRunning)
            case .cancelled:
                Terminal.ask("\n")
                return .unanswered
            }
        }
        return .unanswered
    }

    /// Asks for the way back; answers who follows it when it is a deployment of its own, because this one was
    /// committed before.
    func takeBack(in environment: EnvironmentName) async throws -> DeploymentFollower? {
        let request = RollBackRequest(reason: "asked for with ^C", requestedBy: Requester.name)
        let deployment = try await state.client().rollBack(request, in: environment)
        guard deployment.id != id else { return nil }
        if !isQuiet {
            Terminal.say("Deployment \(id) was committed already; deployment \(deployment.id) goes back from it.")
        }
        return DeploymentFollower(state: state, id: deployment.id, isQuiet: isQuiet)
    }
}

extension Terminal {
    /// What came of a question.
    enum Reply {
        case line(String)
        /// Nobody will answer any more.
        case end
        case cancelled
    }

    private static let answerInterval: Duration = .milliseconds(50)

    /// Waits for a line on standard input, for as long as the task is not cancelled.
    static func answer() async -> Reply {
        while true {
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&input, 1, 0) > 0 {
                // A terminal hands over whole lines.
                var line = [UInt8](repeating: 0, count: 256)
                let count = read(STDIN_FILENO, &line, line.count)
                if count > 0 { return .line(String(decoding: line[..<count], as: UTF8.self)) }
                if count == 0 || errno != EINTR { return .end }
            }
            guard (try? await Task.sleep(for: answerInterval)) != nil else { return .cancelled }
        }
    }
}
