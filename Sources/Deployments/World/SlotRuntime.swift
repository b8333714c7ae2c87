package import Domain
import Foundation

/// What runs a release's processes in a slot.
package protocol SlotRuntime: Sendable {
    /// Checks the artifact, unpacks it and starts the web instances; answers their loopback ports.
    ///
    /// Done again for an occupant whose processes are healthy, it leaves them alone and answers the same ports.
    ///
    /// The processes get the settings and secrets of these versions, the newest where none are named, as long as the
    /// slot is theirs.
    func prepare(
        _ occupant: Occupant, in slot: SlotName, of environment: EnvironmentDefinition, variables: VariableVersions?
    ) async throws -> [Int]
    /// Which settings and secrets a release would get now, and what of them differs from those in a slot; nil where
    /// there are none. Throws where one is missing that the release names.
    func variables(
        for release: Release, in environment: EnvironmentDefinition, beside slot: SlotName?
    ) async throws -> PlannedVariables?
    /// Checks once more what the slot's processes are started from against its artifact; throws when it was altered.
    func verify(_ slot: SlotName, of environment: EnvironmentName) async throws
    /// Starts all processes of a kind; those that run are left alone.
    func start(_ kind: ProcessDefinition.Kind, in slot: SlotName, of environment: EnvironmentName) async throws
    /// Asks all processes of a kind to end, and waits for it within `deadline` when one is given.
    func stop(
        _ kind: ProcessDefinition.Kind, in slot: SlotName, of environment: EnvironmentName, waiting deadline: Duration?
    ) async throws
    /// Ends every process of the slot and removes what `prepare` made.
    func clear(_ slot: SlotName, of environment: EnvironmentName, within deadline: Duration) async throws
    /// Removes the unpacked releases of an environment that no slot needs any more; what is needed is asked for while
    /// nothing can be unpacked.
    func removeReleases(
        of environment: EnvironmentName, except needed: @Sendable () async -> Set<ArtifactDigest>
    ) async throws
    /// The slot's processes as they are now.
    func processes(in slot: SlotName, of environment: EnvironmentName) async throws -> [ProcessReport]
    /// The newest lines of the slot's logs, each with its process's name.
    func logLines(in slot: SlotName, of environment: EnvironmentName, last count: Int) async throws -> [LogLine]
}

/// One process of a slot, as its supervisor sees it.
package struct ProcessReport: Codable, Equatable, Sendable {
    /// The process and its instance: `web.1`.
    package var name: String
    package var kind: ProcessDefinition.Kind
    package var isRunning: Bool
    /// Whether it was told to run; workers of a way back are not.
    package var isWanted: Bool
    package var pid: Int32?
    /// How often it has ended since it was started for this release.
    package var exits: Int
    /// How it ended last: `exited with status 1`, `was killed by signal 9`.
    package var lastExit: String?
    /// What is asked for and not in force, and why, in a sentence.
    package var warning: String?

    package init(
        name: String, kind: ProcessDefinition.Kind, isRunning: Bool, isWanted: Bool = true, pid: Int32?, exits: Int,
        lastExit: String?, warning: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.isRunning = isRunning
        self.isWanted = isWanted
        self.pid = pid
        self.exits = exits
        self.warning = warning
        self.lastExit = lastExit
    }
}

/// One line that a process wrote.
package struct LogLine: Codable, Equatable, Sendable {
    package var slot: SlotName
    package var process: String
    package var text: String

    package init(slot: SlotName, process: String, text: String) {
        self.slot = slot
        self.process = process
        self.text = text
    }
}
