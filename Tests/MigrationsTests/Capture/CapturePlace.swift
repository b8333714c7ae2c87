import Foundation
import Postgres
import Subprocess
import SystemPackage
import TestSupport

/// A database, a folder with a framework's project in it, and the program under test.
struct CapturePlace: Sendable {
    let address: PostgresAddress
    let folder: String

    private var migrations: String { "\(folder)/sql" }
    private var scratchFolder: String { "\(folder)/scratch" }

    static func use(_ body: (CapturePlace) async throws -> Void) async throws {
        try await PostgresFixture.withDatabase { address in
            try await withTemporaryFolder { folder in
                let place = CapturePlace(address: address, folder: folder)
                for folder in [place.migrations, place.scratchFolder] {
                    try FileManager.default.createDirectory(
                        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
                }
                try await body(place)
            }
        }
    }

    /// What a program came to.
    struct Outcome {
        let status: TerminationStatus
        let output: String
        let error: String
    }

    /// `switchyard migration capture NAME ... -- COMMAND` in the project's folder.
    func capture(_ name: String, _ command: [String]) async throws -> Outcome {
        let words = command.contains("--") || command.isEmpty ? command : ["--"] + command
        return try await run(
            SwitchyardFixture.program,
            ["migration", "capture", name, "--dir", migrations, "--scratch", scratchFolder] + words)
    }

    /// Both phases of what was captured.
    func apply() async throws {
        for phase in ["expand", "contract"] {
            let outcome = try await run(
                SwitchyardFixture.program, ["migration", "apply", migrations, "--phase", phase])
            guard outcome.status == .exited(0) else { throw Failed(outcome: outcome) }
        }
    }

    /// A command of the framework on the database itself, and what it prints.
    func framework(_ command: [String]) async throws -> String {
        let outcome = try await run(command[0], Array(command.dropFirst()))
        guard outcome.status == .exited(0) else { throw Failed(outcome: outcome) }
        return outcome.output + outcome.error
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> Outcome {
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
            environment: .inherit.updating(["DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"]),
            workingDirectory: FilePath(folder), output: .string(limit: 1_048_576), error: .string(limit: 1_048_576))
        return Outcome(
            status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
    }

    /// As frameworks write it.
    private var url: String {
        "postgresql://\(address.user ?? ""):\(address.password ?? "")@127.0.0.1:\(address.port)/\(address.database ?? "")"
    }

    private struct Failed: Error {
        let outcome: Outcome
    }

    // MARK: The folder

    func write(_ files: [String: String]) throws {
        for (path, text) in files {
            let file = URL(filePath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    /// The names of the migrations, without their times.
    func folders() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: migrations).sorted().map { String($0.dropFirst(15)) }
    }

    func files(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    func text(_ name: String, _ file: String) throws -> String {
        try String(contentsOfFile: "\(path(name))/\(file)", encoding: .utf8)
    }

    func scratch() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratchFolder) }

    private func path(_ name: String) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: migrations)
        return "\(migrations)/\(names.first { $0.hasSuffix("_\(name)") } ?? name)"
    }

    // MARK: The database

    func connected<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(address, applicationName: "test", body)
    }

    func execute(_ sql: String) async throws {
        try await connected { try await $0.executeScript(sql) }
    }

    /// The names of the tables in the schema public.
    func tables() async throws -> [String] {
        try await connected { connection in
            try await connection.query(
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
            .map { try $0.decode("name") }
        }
    }
}
