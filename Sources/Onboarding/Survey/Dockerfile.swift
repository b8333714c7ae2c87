import Foundation

/// What the last stage of a Dockerfile says of the process that it starts.
struct Dockerfile: Equatable {
    /// CMD after ENTRYPOINT, as a shell would get it.
    var command: Guess<String>?
    /// The path that HEALTHCHECK asks.
    var health: Guess<String>?

    init(_ repository: Repository) {
        var entrypoint: Guess<String>?
        for instruction in Self.instructions(in: repository.lines(of: "Dockerfile")) {
            let source = "Dockerfile:\(instruction.line)"
            switch instruction.name {
            case "FROM":
                (entrypoint, command, health) = (nil, nil, nil)
            case "ENTRYPOINT": entrypoint = Guess(Self.commandLine(instruction.text), from: source)
            case "CMD": command = Guess(Self.commandLine(instruction.text), from: source)
            case "HEALTHCHECK": health = Self.path(askedBy: instruction.text).map { Guess($0, from: source) }
            default: break
            }
        }
        if let entrypoint {
            command = Guess(
                [entrypoint.value, command?.value ?? ""].joined(separator: " ").trimmed, from: entrypoint.source)
        }
    }

    /// The exec form is JSON; the shell form is the line itself.
    private static func commandLine(_ text: String) -> String {
        guard let words = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else { return text }
        return ShellLine.joining(words)
    }

    /// The path of the first URL of the container itself; nil for `NONE` and for what asks no URL.
    private static func path(askedBy text: String) -> String? {
        text.firstMatch(
            of:
                /(?:https?:\/\/|\s)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[^\/\s"']+)?(\/[^\s"'|;]*)?(?=[\s"'|;]|$)/
        ).map { $0.1.map(String.init) ?? "/" }
    }
}

extension Dockerfile {
    private struct Instruction {
        /// In capitals.
        let name: String
        let text: String
        /// The number of its first line.
        let line: Int
    }

    /// A line that ends in a backslash goes on in the next one that is no comment.
    private static func instructions(in lines: [Substring]) -> [Instruction] {
        var instructions: [Instruction] = []
        var begun: (text: String, line: Int)?
        for (index, line) in lines.enumerated() {
            let line = line.trimmed
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let goesOn = line.hasSuffix("\\")
            let part = goesOn ? String(line.dropLast()) : line
            let whole = (text: (begun?.text ?? "") + part, line: begun?.line ?? index + 1)
            begun = goesOn ? whole : nil
            let words = whole.text.split(separator: " ", maxSplits: 1).map(String.init)
            guard !goesOn, words.count == 2 else { continue }
            instructions.append(Instruction(name: words[0].uppercased(), text: words[1].trimmed, line: whole.line))
        }
        return instructions
    }
}
