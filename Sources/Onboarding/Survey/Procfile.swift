import Domain

/// The processes that a Procfile declares: a line each, a name, a colon and a command line.
struct Procfile: Equatable {
    struct Entry: Equatable {
        let name: ProcessName
        /// As the shell would get it.
        let command: String
        let line: Int
    }

    let file: String
    let entries: [Entry]
    /// Heroku's release phase, which is no process that stays.
    let releaseCommand: Entry?

    /// Reads the one Procfile of a repository; nil where there is none.
    static func read(_ repository: Repository) throws(OnboardingError) -> Procfile? {
        let files = files(in: repository)
        guard files.count < 2 else { throw .severalProcfiles(files) }
        guard files == ["Procfile"] else { return nil }
        return try Procfile(file: "Procfile", lines: repository.lines(of: "Procfile"))
    }

    /// The repository's own and those of the folders in it.
    static func files(in repository: Repository) -> [String] {
        let below = repository.entries().filter { !$0.hasPrefix(".") && repository.isFolder($0) }
            .map { "\($0)/Procfile" }
        return (["Procfile"] + below).filter(repository.isFile)
    }

    init(file: String, lines: [Substring]) throws(OnboardingError) {
        var read: [Entry] = []
        for (index, line) in lines.enumerated() {
            if let entry = try Self.entry(line, number: index + 1, file: file) { read.append(entry) }
        }
        for entry in read {
            let same = read.filter { $0.name == entry.name }
            guard same.count == 1 else {
                throw .sameProcess(file: file, name: entry.name.rawValue, lines: same.map(\.line))
            }
        }
        guard read.count <= Limits.processes else {
            throw .tooManyProcesses(file: file, count: read.count, limit: Limits.processes)
        }
        self.file = file
        entries = read.filter { $0.name.rawValue != "release" }
        releaseCommand = read.first { $0.name.rawValue == "release" }
    }

    private static func entry(_ text: Substring, number: Int, file: String) throws(OnboardingError) -> Entry? {
        let line = text.trimmed
        guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
        guard let colon = line.firstIndex(of: ":") else {
            throw .invalidProcfile(file: file, line: number, reason: "write each process as 'name: command'")
        }
        let command = line[line.index(after: colon)...].trimmed
        // What the field allows and Switchyard's names lack.
        let text = line[..<colon].trimmed.lowercased().map { $0 == "_" ? "-" : String($0) }.joined()
        guard !command.isEmpty else {
            throw .invalidProcfile(
                file: file, line: number,
                reason: "'\(text)' has no command: write it behind the colon, or take the line out")
        }
        do {
            return Entry(name: try ProcessName(text), command: command, line: number)
        } catch {
            throw .invalidProcfile(
                file: file, line: number, reason: "'\(text)' is no process name: \(ProcessName.rule)")
        }
    }
}

extension StringProtocol {
    /// Without spaces at both ends.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
