import API
import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A runbook in docs/runbooks, followed as a person does: its console blocks, command by command, in their order.
struct Runbook {
    /// A line behind `$`, and what must come of it.
    struct Command: Sendable {
        let text: String
        let line: Int
        /// `…` stands for anything in a line, and on a line of its own for any lines.
        var output: [String] = []
        var status: Int32 = 0
    }

    struct Section: Sendable {
        let title: String
        var commands: [Command] = []
    }

    let file: String
    /// Those with commands, that have not been followed yet.
    private(set) var sections: [Section]

    private static let documents = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs").path
    /// Where all of them are.
    static let folder = "\(documents)/runbooks"
    /// Where the guides are, which may be followed as well.
    static let guides = "\(documents)/guides"

    init(_ name: String, in folder: String = folder) throws {
        file = "\(name).md"
        sections = try Self.sections(of: String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8))
    }

    private static func sections(of text: String) throws -> [Section] {
        var sections = [Section(title: "")]
        var isConsole = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let last = sections.count - 1
            if line.hasPrefix("```") {
                isConsole = line == "```console"
            } else if !isConsole {
                if line.hasPrefix("## ") { sections.append(Section(title: String(line.dropFirst(3)))) }
            } else if line.hasPrefix("$ ") {
                sections[last].commands.append(Command(text: String(line.dropFirst(2)), line: index + 1))
            } else {
                let command = sections[last].commands.count - 1
                try #require(command >= 0, "line \(index + 1) is the output of no command")
                if let status = line.wholeMatch(of: /\[exit (\d+)\]/)?.1 {
                    sections[last].commands[command].status = Int32(status) ?? -1
                } else {
                    sections[last].commands[command].output.append(String(line))
                }
            }
        }
        return sections.filter { !$0.commands.isEmpty }
    }
}

// MARK: - Following it

extension Runbook {
    private static let outputBytes = 1_048_576
    /// Behind the output of each command, before its status.
    private static let mark: Character = "\u{1e}"

    /// Follows the next section, which must be this one, in one shell; expects what the runbook says of each command.
    mutating func follow(
        _ title: String, in switchyard: SwitchyardFixture, settings: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let section = try #require(sections.first, "\(file) has no section '\(title)'", sourceLocation: sourceLocation)
        try #require(section.title == title, sourceLocation: sourceLocation)
        sections.removeFirst()
        let script = section.commands.map { "{ \($0.text)\n} 2>&1 </dev/null; printf '\\n\(Self.mark)%d\\n' $?" }
        let result = try await run(
            .path("/bin/bash"), arguments: ["-c", script.joined(separator: "\n")],
            environment: try await environment(of: switchyard, adding: settings),
            workingDirectory: FilePath(switchyard.folder), output: .string(limit: Self.outputBytes),
            error: .discarded)
        let outputs = Self.outputs(in: result.standardOutput)
        #expect(outputs.count == section.commands.count, "\(file), \(title)", sourceLocation: sourceLocation)
        for (command, output) in zip(section.commands, outputs) {
            let place: Comment = "\(file):\(command.line): \(command.text) printed\n\(output.text)"
            #expect(output.status == command.status, place, sourceLocation: sourceLocation)
            #expect(try command.expects(output.text), place, sourceLocation: sourceLocation)
        }
    }

    /// Expects that no section was left out.
    func expectEnd(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(sections.map(\.title) == [], "\(file)", sourceLocation: sourceLocation)
    }

    /// `SITE` is a name that leads to this proxy, as it does to the real one through DNS.
    private func environment(
        of switchyard: SwitchyardFixture, adding settings: [String: String]
    ) async throws -> Subprocess.Environment {
        // Asked each time: a Switchyard that a runbook started has a port of its own.
        let now = try? await switchyard.client.status().traffic.first.flatMap(URL.init(string:))
        let traffic = try now ?? switchyard.traffic
        let host = "\(switchyard.environments[0].domain):\(traffic.port ?? 80)"
        try "resolve = \(host):127.0.0.1\n"
            .write(toFile: "\(switchyard.folder)/.curlrc", atomically: true, encoding: .utf8)
        let programs = (SwitchyardFixture.program as NSString).deletingLastPathComponent
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let values = [
            "PATH": "\(programs):\(path)", "SWITCHYARD_STATE": switchyard.state, "SITE": "http://\(host)",
            "CURL_HOME": switchyard.folder, "LC_ALL": "C.UTF-8",
        ].merging(settings) { _, given in given }
        return .inherit.updating(
            Dictionary(uniqueKeysWithValues: values.map { (.init(stringLiteral: $0.key), $0.value) }))
    }

    private static func outputs(in text: String) -> [(text: String, status: Int32)] {
        var outputs: [(text: String, status: Int32)] = []
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.first == mark else {
                lines.append(line)
                continue
            }
            let text = lines.joined(separator: "\n").trimmingCharacters(in: .newlines)
            outputs.append((text, Int32(line.dropFirst()) ?? -1))
            lines = []
        }
        return outputs
    }
}

extension Runbook.Command {
    /// Whether an output is what the runbook shows.
    func expects(_ text: String) throws -> Bool {
        var pattern = ""
        for line in output {
            let parts = line.split(separator: "…", omittingEmptySubsequences: false)
                .map { NSRegularExpression.escapedPattern(for: String($0)) }
            pattern += line == "…" ? "(?:.*\\n)*" : parts.joined(separator: ".*") + " *\\n"
        }
        return try Regex(pattern).wholeMatch(in: text.isEmpty ? "" : text + "\n") != nil
    }
}
