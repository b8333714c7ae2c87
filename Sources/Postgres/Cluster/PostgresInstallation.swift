import Foundation
import Subprocess

/// One installed version of PostgreSQL's programs: `initdb`, `postgres`, `pg_dump`, …
package struct PostgresInstallation: Sendable, Equatable {
    /// The folder of the programs.
    package let folder: String

    package func path(of program: String) -> String {
        "\(folder)/\(program)"
    }

    /// Whether the server can count statements (the extension pg_stat_statements).
    var hasStatementStatistics: Bool { hasLibrary("pg_stat_statements") }

    /// Whether the server can log what was read (the extension pgaudit).
    var hasAuditing: Bool { hasLibrary("pgaudit") }

    private func hasLibrary(_ name: String) -> Bool {
        let program = URL(filePath: path(of: "postgres")).resolvingSymlinksInPath()
        let root = program.deletingLastPathComponent().deletingLastPathComponent()
        return ["lib", "lib/postgresql"].contains { folder in
            FileManager.default.fileExists(atPath: root.appending(path: "\(folder)/\(name).so").path)
        }
    }

    /// Finds the newest installation that has a program: Debian's folders, what `pg_config` names, then PATH.
    ///
    /// Throws `PostgresError.notInstalled`, which names Debian's package.
    package static func find(holding program: String, majorVersion: Int? = nil) async throws -> PostgresInstallation {
        for folder in await candidateFolders(majorVersion: majorVersion) {
            let installation = PostgresInstallation(folder: folder)
            if FileManager.default.isExecutableFile(atPath: installation.path(of: program)) { return installation }
        }
        throw PostgresError.notInstalled(program: program, majorVersion: majorVersion)
    }

    private static func candidateFolders(majorVersion: Int?) async -> [String] {
        if let majorVersion {
            let exact = "\(debianFolder)/\(majorVersion)/bin"
            if FileManager.default.fileExists(atPath: exact) { return [exact] }
        }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debianFolder)) ?? []
        let newestFirst = versions.compactMap { Int($0) }.sorted(by: >)
        let debian = majorVersion == nil ? newestFirst.map { "\(debianFolder)/\($0)/bin" } : []
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return await debian + configuredFolder() + path.split(separator: ":").map(String.init)
    }

    private static let debianFolder = "/usr/lib/postgresql"

    /// What `pg_config` says, where a developer's package brought one.
    private static func configuredFolder() async -> [String] {
        guard
            let result = try? await run(.name("pg_config"), arguments: ["--bindir"], output: .string(limit: 4_096)),
            result.terminationStatus == .exited(0)
        else { return [] }
        return [result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)]
    }
}
