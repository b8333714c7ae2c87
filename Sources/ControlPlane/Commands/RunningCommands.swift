import Domain
import Foundation
import Synchronization

/// The one-off commands between intent and result; the releases that they run from stay.
final class RunningCommands: Sendable {
    private let known = Mutex<[UUID: OneOffCommand]>([:])

    var all: [OneOffCommand] { known.withLock { Array($0.values) } }

    subscript(id: UUID) -> OneOffCommand? { known.withLock { $0[id] } }

    func add(_ command: OneOffCommand) { known.withLock { $0[command.id] = command } }

    func remove(_ command: OneOffCommand) { _ = known.withLock { $0.removeValue(forKey: command.id) } }

    func digests(in environment: EnvironmentName) -> [ArtifactDigest] {
        all.filter { $0.environment == environment }.map(\.release.digest)
    }
}
