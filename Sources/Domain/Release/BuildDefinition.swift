/// How a release is made from its source, and what that may take.
package struct BuildDefinition: Codable, Equatable, Sendable {
    /// The program and its arguments; a relative program is looked up beside `release.yaml`.
    package var command: [String]
    /// The folder that is the release afterwards, relative; nil for the whole tree.
    package var folder: String?
    /// How long it may run, in seconds.
    package var timeLimitSeconds: Double
    /// Bytes of memory that its processes may take together.
    package var memoryLimit: Int
    /// Bytes that it may print.
    package var outputLimit: Int

    package init(
        command: [String], folder: String? = nil, timeLimitSeconds: Double = 900, memoryLimit: Int = 4 << 30,
        outputLimit: Int = 64 << 20
    ) {
        self.command = command
        self.folder = folder
        self.timeLimitSeconds = timeLimitSeconds
        self.memoryLimit = memoryLimit
        self.outputLimit = outputLimit
    }
}
