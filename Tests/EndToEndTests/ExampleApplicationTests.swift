import API
import Domain
import Foundation
import LoadTesting
import TestSupport
import Testing

/// The applications in Examples, as a stranger brings them: drafted by `init`, deployed, changed with their schema under
/// load, and taken back.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExampleApplicationTests {
    @Test(arguments: ExampleApplication.all)
    func `a stranger's application goes forward with its schema and back, and no request fails`(
        application: ExampleApplication
    ) async throws {
        let environment = FixtureEnvironment(database: "embedded", settings: application.settings)
        try await SwitchyardFixture.use([environment], application: "notes") { switchyard in
            let source = "\(switchyard.folder)/notes"
            try application.write(to: source)
            let drafted = try await switchyard.cli(["init", "--yes", source])
            #expect(drafted.status == 0, "\(drafted.error)")
            try await switchyard.add(folder: source)
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)

            try application.addAuthors(to: source)
            try await switchyard.add(folder: source)
            let load = try await switchyard.underLoad(requestsPerSecond: 30, mix: Self.mix) { load in
                try await eventually(within: .seconds(30), "an answer of 1.0.0") {
                    load.snapshot().byRelease["1.0.0", default: 0] > 0
                }
                #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
                #expect(try await switchyard.ask().body.contains("\"author\""), "the new release shows the new column")
                #expect(try await switchyard.rollBack().deployment.outcome == .rolledBack)
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            #expect(load.applicationErrors == 0, "\(load.byStatus)")
            #expect(load.byRelease["1.1.0", default: 0] > 0, "\(load.byRelease)")
            let notes = try await switchyard.ask()
            #expect(notes.release == "1.0.0")
            #expect(notes.body.contains("\"text\"") && !notes.body.contains("\"author\""))
        }
    }

    @Test func `on a terminal init asks five questions, and an answer that is none once more`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let source = "\(switchyard.folder)/notes"
            try ExampleApplication.all[0].write(to: source)
            let terminal = try TerminalSession(["init", source], state: switchyard.state)
            let keys = [
                ("1/5", "No Name"), ("use 1 to 32", "shop"), ("2/5", ""), ("3/5", "/"), ("4/5", "none"), ("5/5", ""),
            ]
            for (question, answer) in keys {
                try await eventually(within: .seconds(30), question) { terminal.text.contains(question) }
                terminal.type("\(answer)\r")
            }
            try await eventually(within: .seconds(30), "the end of the command") { !terminal.isRunning }
            #expect(terminal.status == 0, "\(terminal.text)")
            let release = try String(contentsOfFile: "\(source)/release.yaml", encoding: .utf8)
            #expect(release.contains("\nname: shop\n") && release.contains("  path: /\n"), "\(release)")
            #expect(
                terminal.text.contains(
                    "web: gunicorn --bind $HOST:$PORT --threads 8 app:application  (from Procfile:1)"))
        }
    }

    private static let mix = [
        RequestTemplate(name: "read", path: "/", weight: 3),
        RequestTemplate(name: "write", method: "POST", path: "/") { .init("{\"text\": \"note \($0)\"}") },
    ]
}

/// An application in Examples, and how its next release differs.
struct ExampleApplication: Sendable, CustomTestStringConvertible {
    let language: String
    /// The file with the application's code.
    let program: String
    /// What it needs of this machine besides.
    var settings: [String: String] = [:]

    static let all = [
        ExampleApplication(language: "python", program: "app.py"),
        // Where scripts/setup finds or puts the driver; of one's own, 'npm install' brings it into the release.
        ExampleApplication(
            language: "node", program: "server.js",
            settings: ["NODE_PATH": "/usr/share/nodejs:/usr/local/share/nodejs"]),
    ]

    var testDescription: String { language }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples").path

    func write(to folder: String) throws {
        try FileManager.default.copyItem(atPath: "\(Self.folder)/\(language)", toPath: folder)
    }

    /// Makes it release 1.1.0, whose notes have authors.
    func addAuthors(to folder: String) throws {
        try replace("[\"text\"]", with: "[\"text\", \"author\"]", in: "\(folder)/\(program)")
        try replace("version: 1.0.0", with: "version: 1.1.0", in: "\(folder)/release.yaml")
        let migration = "\(folder)/migrations/20260212100000_add_author"
        try FileManager.default.createDirectory(atPath: migration, withIntermediateDirectories: false)
        try "ALTER TABLE note ADD COLUMN author text NOT NULL DEFAULT 'unknown';\n"
            .write(toFile: "\(migration)/expand.sql", atomically: false, encoding: .utf8)
    }

    private func replace(_ old: String, with new: String, in file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try #require(text.contains(old), "\(file) has no \(old).")
        try text.replacing(old, with: new).write(toFile: file, atomically: false, encoding: .utf8)
    }
}
