package import Foundation

/// A report in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS), which code hosts show in reviews.
package struct SARIFLog: Encodable, Sendable {
    private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    private let version = "2.1.0"
    private let runs: [Run]

    /// A log with one run. Files are named below `folder`, as the caller wrote it.
    package init(_ report: MigrationReport, toolVersion: String) {
        let rules = Set(report.findings.map(\.rule)).sorted { $0.id < $1.id }
        runs = [
            Run(
                tool: Tool(driver: Driver(version: toolVersion, rules: rules.map(Rule.init))),
                results: report.findings.map { finding in
                    Result(
                        finding, ruleIndex: rules.firstIndex(of: finding.rule) ?? 0,
                        uri: Self.uri(of: finding.file, in: report.folder))
                })
        ]
    }

    /// The text of the log's file.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    private enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    /// A reference relative to where the command ran, or a file URL.
    private static func uri(of file: String, in folder: String) -> String {
        let path = file.isEmpty ? folder : "\(folder)/\(file)"
        if path.hasPrefix("/") { return URL(filePath: path).absoluteString }
        let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        let encoded = plain.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? plain
        // A colon in the first part would make a scheme of it.
        return encoded.replacing(":", with: "%3A")
    }
}

extension SARIFLog {
    fileprivate struct Run: Encodable {
        let tool: Tool
        let columnKind = "unicodeCodePoints"
        let results: [Result]
    }

    fileprivate struct Tool: Encodable {
        let driver: Driver
    }

    fileprivate struct Driver: Encodable {
        let name = "Switchyard"
        let version: String
        let rules: [Rule]
    }

    fileprivate struct Rule: Encodable {
        let id: String
        let shortDescription: Message

        init(_ rule: FindingRule) {
            id = rule.id
            shortDescription = Message(text: rule.summary)
        }
    }

    fileprivate struct Message: Encodable {
        let text: String
    }

    fileprivate struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Message
        let locations: [Location]

        init(_ finding: Finding, ruleIndex: Int, uri: String) {
            ruleId = finding.rule.id
            self.ruleIndex = ruleIndex
            level = finding.severity == .note ? "note" : "error"
            message = Message(text: finding.message + (finding.instead.map { "\nInstead: \($0)" } ?? ""))
            let region = finding.line.map { Region(startLine: $0, startColumn: finding.column ?? 1) }
            locations = [
                Location(
                    physicalLocation: PhysicalLocation(artifactLocation: ArtifactLocation(uri: uri), region: region))
            ]
        }
    }

    fileprivate struct Location: Encodable {
        let physicalLocation: PhysicalLocation
    }

    fileprivate struct PhysicalLocation: Encodable {
        let artifactLocation: ArtifactLocation
        let region: Region?
    }

    fileprivate struct ArtifactLocation: Encodable {
        let uri: String
    }

    fileprivate struct Region: Encodable {
        let startLine: Int
        let startColumn: Int
    }
}
