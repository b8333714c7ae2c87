import API
import Domain
import Foundation

/// One thing that was done to an environment; as JSON, its `kind` tells which.
enum HistoryItem: Encodable {
    case deployment(DeploymentSummary)
    case maintenance(MaintenanceChange)
    case command(OneOffCommand)

    var createdAt: Date {
        switch self {
        case .deployment(let deployment): deployment.createdAt
        case .maintenance(let change): change.createdAt
        case .command(let command): command.createdAt
        }
    }

    /// One row: number, when, environment, what, release, outcome, by, reason.
    var cells: [String] {
        let when = createdAt.formatted(.iso8601)
        return switch self {
        case .deployment(let item):
            [
                "\(item.id)", when, "\(item.environment)", item.kind.rawValue, "\(item.release)",
                item.outcome?.rawValue ?? "under way (\(item.step?.title ?? "begins"))", item.requestedBy,
                item.reason ?? "",
            ]
        case .maintenance(let change):
            [
                "", when, "\(change.environment)", change.kind == .on ? "maintenance on" : "maintenance off", "",
                change.outcome?.rawValue ?? "under way", change.requestedBy, change.reason ?? "",
            ]
        case .command(let command):
            [
                "", when, "\(command.environment)", "run \(command.command)", "\(command.release)",
                command.outcomeInWords, command.requestedBy, command.reason ?? "",
            ]
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .deployment(let deployment): try deployment.encode(to: encoder)
        case .maintenance(let change): try change.encode(to: encoder)
        case .command(let command): try command.encode(to: encoder)
        }
    }
}

extension OneOffCommand {
    /// `done`, `exited with 3`, `under way`.
    fileprivate var outcomeInWords: String {
        guard let outcome else { return "under way" }
        guard outcome == .failed, let exitCode else { return outcome.rawValue }
        return "exited with \(exitCode)"
    }
}
