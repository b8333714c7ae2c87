import API
import ArgumentParser
import Domain

/// How a command ends: the one table of exit codes.
struct CommandExit: Error {
    /// What ended it.
    enum Cause {
        case wentWrong
        case differs
        case unusable
        case deploymentFailed
        case takenBack
        case leaseHeld
        case unreachable
        case leftRunning
        case noWayBack
        case notFound
        case commandNotFound
        case forbidden

        /// What 'migration check' and 'migration rehearse' end with, as linters do.
        static let dangerous = Cause.wentWrong
    }

    let cause: Cause
    /// What is said on standard error; nil when everything was said already.
    let sentence: String?

    /// What the control plane calls it; nil where it did not come from there.
    private(set) var problem: Problem?

    var status: Int32 { cause.status }

    init(_ cause: Cause, _ sentence: String? = nil) {
        self.cause = cause
        self.sentence = sentence
    }

    /// The exit for an error; nil for what the argument parser ends by itself (help, wrong arguments).
    init?(_ error: any Error) {
        switch error {
        case let exit as CommandExit:
            self = exit
        case is ExitCode:
            // Of a command that was run: whatever it means, it has been said.
            return nil
        case let problem as Problem:
            self.init(Cause(problem), problem.detail)
            self.problem = problem
        case is SwitchyardClient.Unreachable:
            self.init(.unreachable, "\(error)")
        default:
            guard Switchyard.exitCode(for: error) == .failure else { return nil }
            self.init(.wentWrong, "\(error)")
        }
    }
}

extension CommandExit {
    /// The sentence for programs, as the API has it; nil when everything was said already.
    var refusal: Refusal? {
        sentence.map { Refusal(code: problem?.code ?? cause.code, title: problem?.title ?? cause.title, detail: $0) }
    }

    /// What a command with `--json` prints on standard error when it does not do what it was told to.
    struct Refusal: Encodable {
        let code: String
        let title: String
        let detail: String
    }
}

extension CommandExit.Cause {
    /// The number is part of the product.
    fileprivate var status: Int32 {
        switch self {
        case .wentWrong: 1
        // Of commands of different kinds: 'config diff' compares, 'migration' takes input.
        case .differs, .unusable: 2
        case .deploymentFailed: 3
        case .takenBack: 4
        case .leaseHeld: 5
        case .unreachable: 6
        case .leftRunning: 7
        case .noWayBack: 8
        case .notFound: 9
        case .forbidden: 10
        case .commandNotFound: 127
        }
    }

    /// A stable word for programs; where the API has one for the same, it is that one.
    fileprivate var code: String {
        switch self {
        case .wentWrong: "went_wrong"
        case .differs: "differs"
        case .unusable: "unusable_input"
        case .deploymentFailed: "deployment_failed"
        case .takenBack: "taken_back"
        case .leaseHeld: "lease_held"
        case .unreachable: "unreachable"
        case .leftRunning: "left_running"
        case .noWayBack: "no_way_back"
        case .notFound: "not_found"
        case .commandNotFound: "command_not_found"
        case .forbidden: "forbidden"
        }
    }

    fileprivate var title: String {
        let words = code.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    init(_ problem: Problem) {
        switch problem.code {
        case "lease_held": self = .leaseHeld
        case "no_way_back", "nothing_deployed": self = .noWayBack
        case "not_found": self = .notFound
        case "command_not_found": self = .commandNotFound
        case _ where [401, 403].contains(problem.status): self = .forbidden
        default: self = .wentWrong
        }
    }
}
