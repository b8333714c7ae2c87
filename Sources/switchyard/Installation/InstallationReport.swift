import Installation

/// What `switchyard install` did, or would do; told line by line, or as JSON at the end.
struct InstallationReport: Encodable {
    /// One thing, and what came of it.
    struct Step: Encodable {
        enum Outcome: String, Encodable {
            case done
            case wouldBeDone = "would_be_done"
            case unchanged
            case skipped
        }

        let action: String
        let outcome: Outcome
        /// Why it was skipped.
        let reason: String?

        init(_ step: InstallationStep, _ outcome: InstallationOutcome, isDryRun: Bool) {
            action = step.description
            switch outcome {
            case .done: (self.outcome, reason) = (isDryRun ? .wouldBeDone : .done, nil)
            case .unchanged: (self.outcome, reason) = (.unchanged, nil)
            case .skipped(let why): (self.outcome, reason) = (.skipped, why)
            }
        }

        var line: String {
            let word =
                switch outcome {
                case .done: "done "
                case .wouldBeDone: "would"
                case .unchanged: "as is"
                case .skipped: "left "
                }
            return "  \(word)  \(action)\(reason.map { ": \($0)" } ?? "")"
        }
    }

    /// What a control plane that was just started does.
    enum ControlPlane: String, Encodable {
        case answers
        case isSilent = "is_silent"
    }

    let dryRun: Bool
    var steps: [Step] = []
    /// Who listens where the proxy is to.
    var occupants: [PortOccupant] = []
    /// nil where none was started.
    var controlPlane: ControlPlane?
    /// What is wrong although everything was installed, in sentences.
    var problems: [String] = []
    /// What is to be done or to be known now, in sentences and commands.
    var next: [String] = []
}
