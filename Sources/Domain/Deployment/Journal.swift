package import Foundation

/// One line of a deployment's journal, written before or after the act it tells of.
package struct JournalEntry: Codable, Equatable, Sendable {
    /// What a line says.
    package enum Record: Codable, Equatable, Sendable {
        /// A step is about to be done.
        case intent(Step)
        /// Something happened; folding these gives the deployment's state.
        case event(Deployment.Event)
        /// Something worth knowing that changes no state: a slot retired, a wait.
        case note(String)
    }

    /// The format that this version writes; a newer Switchyard reads all older ones. 2 brought the steps `rehearse` and
    /// `contract`, 3 `canary` and `split`.
    package static let currentFormat = 3

    package var format: Int
    package var deployment: DeploymentID
    /// Place in the deployment's journal, from 1.
    package var sequence: Int
    package var at: Date
    package var record: Record

    package init(deployment: DeploymentID, sequence: Int, at: Date, record: Record) {
        format = JournalEntry.currentFormat
        self.deployment = deployment
        self.sequence = sequence
        self.at = at
        self.record = record
    }
}

extension JournalEntry.Record {
    /// A stable name of this boundary of the journal: `intent:switchTraffic`, `completed:warm`, `begun`.
    package var boundary: String {
        switch self {
        case .intent(let step): "intent:\(step.rawValue)"
        case .event(.begun): "begun"
        case .event(.completed(let step, _)): "completed:\(step.rawValue)"
        case .event(.failed(let step, _)): "failed:\(step.rawValue)"
        case .event(.rollbackRequested): "rollbackRequested"
        case .event(.resumed): "resumed"
        case .note: "note"
        }
    }
}

extension Deployment {
    /// The same, and a journal with a gap (a full emergency journal) ends the deployment where the gap is.
    package func foldingWhatThereIs(_ entries: [JournalEntry]) -> Deployment {
        do {
            return try folding(entries)
        } catch {
            var deployment = self
            deployment.close(because: "its journal has a gap; see 'switchyard status' for what runs")
            return deployment
        }
    }

    /// The deployment as its journal leaves it: every event folded, in order.
    package func folding(_ entries: [JournalEntry]) throws(UnexpectedEvent) -> Deployment {
        var deployment = self
        for entry in entries.sorted(by: { $0.sequence < $1.sequence }) {
            if case .event(let event) = entry.record { try deployment.apply(event) }
        }
        return deployment
    }
}
