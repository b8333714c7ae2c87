import API
import DurableFiles
import Foundation

/// Who changed the configuration when, newest first, in a file of the state folder.
struct ConfigurationRecord: Sendable {
    private let path: String
    private(set) var changes: [ConfigurationChange]

    /// An unreadable record is begun anew: it says what was, and nothing depends on it.
    init(path: String) {
        self.path = path
        changes =
            FileManager.default.contents(atPath: path)
            .flatMap { try? WireFormat.decoder.decode([ConfigurationChange].self, from: $0) } ?? []
    }

    var newest: ConfigurationChange? { changes.first }

    /// Writes a change down, or what became of it, before anybody is told.
    mutating func note(_ change: ConfigurationChange) throws {
        let others = changes.filter { $0.number != change.number }
        let next = Array(([change] + others).prefix(Limits.recordedConfigurations))
        try DurableFile.write(WireFormat.prettyEncoder.encode(next), to: path, mode: 0o600)
        changes = next
    }
}
