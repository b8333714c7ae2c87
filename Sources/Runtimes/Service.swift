/// What runit keeps running: one command with its surroundings and limits.
package struct Service: Codable, Equatable, Sendable {
    /// `[a-z0-9][a-z0-9.-]*`, at most 96 characters.
    package let name: String
    package var command: [String]
    /// Everything that the process finds beside PATH, HOME and LANG; kept in files, never in an argument.
    package var environment: [String: String]
    package var workingDirectory: String
    /// nil runs it as whoever runs the supervisor.
    package var unixUser: String?
    /// Descriptors that each process may have.
    package var openFiles: Int
    /// Bytes that the service's processes may use together; see `LimitsInForce`.
    package var memoryLimit: Int?
    /// Seconds between SIGTERM and SIGKILL.
    package var stopSeconds: Int
    /// Longest pause before it is started again; nil means 30 s, as in the files of older versions.
    package var longestPauseSeconds: Int?
    package var logFolder: String
    /// Whether it starts as soon as it is installed; afterwards the last start or stop decides, also across boots.
    package var startsAtBoot: Bool
    package var formatVersion: Int
    /// Variables that lie nowhere in the clear; nil where there are none, as in the files of older versions.
    package var sealed: SealedVariables?

    /// The version of the service folders that this program writes.
    package static let currentFormatVersion = 1

    /// Throws `RuntimeFault.invalidService` or `.pathTooLong` for what runit could not carry faithfully.
    package init(
        name: String, command: [String], environment: [String: String] = [:], workingDirectory: String,
        unixUser: String? = nil, openFiles: Int = 65_536, memoryLimit: Int? = nil, stopSeconds: Int = 10,
        longestPauseSeconds: Int? = nil, logFolder: String, startsAtBoot: Bool = true,
        formatVersion: Int = Service.currentFormatVersion, sealed: SealedVariables? = nil
    ) throws(RuntimeFault) {
        self.name = name
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.unixUser = unixUser
        self.openFiles = openFiles
        self.memoryLimit = memoryLimit
        self.stopSeconds = stopSeconds
        self.longestPauseSeconds = longestPauseSeconds
        self.logFolder = logFolder
        self.startsAtBoot = startsAtBoot
        self.formatVersion = formatVersion
        self.sealed = sealed
        try validate()
    }
}

extension Service {
    /// Whether the text can name a service.
    package static func accepts(name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= Limits.nameBytes else { return false }
        return isLetterOrDigit(first) && name.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2E || $0 == 0x2D }
    }

    /// Asked again before a folder is written, because a decoded or changed service has not been asked.
    func validate() throws(RuntimeFault) {
        try require(
            Self.accepts(name: name),
            "its name must be 1 to \(Limits.nameBytes) of a-z, 0-9, '.' and '-', beginning with a-z or 0-9")
        try require(!command.isEmpty && command[0] != "", "it has no command")
        try require(!command.contains { $0.utf8.contains(0) }, "its command holds a NUL byte")
        let limits = [openFiles, stopSeconds, memoryLimit, longestPauseSeconds]
        try require(limits.allSatisfy { ($0 ?? 1) > 0 }, "its limits must be above zero")
        for path in [workingDirectory, logFolder] {
            try require(path.hasPrefix("/") && !path.utf8.contains(0), "its folders must be absolute paths")
            guard path.utf8.count <= Limits.pathBytes else {
                throw .pathTooLong(path: path, limit: Limits.pathBytes)
            }
        }
        for (key, value) in environment { try validate(key: key, value: value) }
    }

    /// chpst cuts a value at its first newline and takes blanks off its end. Newlines travel as NUL, which chpst
    /// turns back; blanks at the end cannot travel at all.
    private func validate(key: String, value: String) throws(RuntimeFault) {
        try require(
            !key.isEmpty && !key.hasPrefix(".") && key.utf8.count <= 255
                && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3D && $0 != 0x2F },
            "its environment variable '\(key)' has no valid name")
        try require(!value.utf8.contains(0), "the value of \(key) holds a NUL byte")
        guard sealed == nil else { return }
        try require(
            !value.hasSuffix(" ") && !value.hasSuffix("\t"), "the value of \(key) ends in a blank, which chpst cuts off"
        )
    }

    private func require(_ condition: Bool, _ reason: String) throws(RuntimeFault) {
        guard condition else { throw .invalidService(name: name, reason: reason) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
