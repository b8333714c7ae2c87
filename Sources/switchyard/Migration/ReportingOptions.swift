import ArgumentParser
import ControlPlane
import Foundation
import Migrations

/// How a command that looks for trouble in migrations says what it found.
struct ReportingOptions: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
    @Option(
        help: ArgumentHelp("Write what was found as SARIF 2.1.0 to this file as well.", valueName: "file"),
        completion: .file())
    var sarif: String?

    /// Says what was found and ends the command as the outcome demands.
    func publish(_ report: MigrationReport) throws {
        try publish(report, answer: report)
    }

    /// The same with another value as JSON, which says more than the findings.
    func publish(_ report: MigrationReport, answer: some Encodable) throws {
        if let sarif { try write(SARIFLog(report, toolVersion: SwitchyardVersion.current), to: sarif) }
        if json {
            try Terminal.sayJSON(answer)
        } else {
            report.lines.forEach(Terminal.say)
        }
        switch report.outcome {
        case .clean: return
        case .dangerous: throw CommandExit(.dangerous)
        case .unusable: throw CommandExit(.unusable)
        }
    }

    private func write(_ log: SARIFLog, to path: String) throws {
        do {
            try log.json().write(to: URL(filePath: path))
        } catch {
            throw CommandExit(.unusable, "The file \(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

extension MigrationReport {
    /// For people: each finding with its place as compilers write it, then what it comes to.
    fileprivate var lines: [String] {
        findings.flatMap { $0.lines(in: folder) } + [summary]
    }

    private var summary: String {
        let nouns = [migrations.count == 1 ? "migration" : "migrations", count(.note) == 1 ? "note" : "notes"]
        return "\(migrations.count) \(nouns[0]): \(count(.unusable)) unusable, \(count(.dangerous)) dangerous, "
            + "\(count(.note)) \(nouns[1])."
    }
}

extension Finding {
    fileprivate func lines(in folder: String) -> [String] {
        let path = file.isEmpty ? folder : "\(folder)/\(file)"
        let place = [path, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap(\.self)
        let colour: Terminal.Colour = severity == .note ? .faint : severity == .dangerous ? .yellow : .red
        let heading =
            "\(place.joined(separator: ":")): \(Terminal.coloured(severity.rawValue, colour)): \(message) [\(rule.id)]"
        let quoted = (statement?.split(separator: "\n").first).map { ["    \($0)"] } ?? []
        let remedy = instead?.split(separator: "\n").enumerated().map { index, line in
            (index == 0 ? "  instead: " : "           ") + line
        }
        return [heading] + quoted + (remedy ?? [])
    }
}
