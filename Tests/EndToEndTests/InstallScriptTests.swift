import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What `make install` copies: programs, completions and man pages, each as who uses it reads it.
@Suite(.timeLimit(.minutes(3)))
struct InstallScriptTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scripts/install").path

    /// Installs the debug build into a folder that is removed afterwards.
    private func withInstallation(_ body: (_ folder: String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let result = try await run(
                .path(FilePath(Self.script)), arguments: [folder],
                environment: .inherit.updating(["BUILD": "debug"]), input: .none,
                output: .string(limit: 65_536), error: .combinedWithOutput)
            try #require(result.terminationStatus.isSuccess, "\(result.standardOutput)")
            try await body(folder)
        }
    }

    @Test func `the programs run, and every command has its man page and its completion`() async throws {
        try await withInstallation { folder in
            let program = "\(folder)/bin/switchyard"
            let installed = try await version(of: program)
            #expect(!installed.isEmpty)
            #expect(try await version(of: SwitchyardFixture.program) == installed)
            #expect(FileManager.default.isExecutableFile(atPath: "\(folder)/bin/freightops"))
            let freightOps = "\(folder)/share/switchyard/FreightOps"
            #expect(FileManager.default.isExecutableFile(atPath: "\(freightOps)/assemble-release"))
            #expect(FileManager.default.isReadableFile(atPath: "\(freightOps)/statements.sql"))

            let completions = try [
                "bash-completion/completions/switchyard", "zsh/site-functions/_switchyard",
                "fish/vendor_completions.d/switchyard.fish",
            ].map { try String(contentsOfFile: "\(folder)/share/\($0)", encoding: .utf8) }
            let pages = Set(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/share/man/man1"))
            for command in ["deploy", "rollback", "status", "run", "doctor", "install"] {
                #expect(completions.allSatisfy { $0.contains(command) }, "\(command)")
                #expect(pages.contains("switchyard-\(command).1"))
            }
            #expect(pages.contains("switchyard.1") && pages.contains("switchyard-config-diff.1"))
            #expect(completions[1].hasPrefix("#compdef switchyard"))
        }
    }

    /// Programs that read a file without doing what it says, and the file; those that are not installed are left out.
    private static let readers: [(program: String, arguments: [String], path: String)] = [
        ("bash", ["-n"], "share/bash-completion/completions/switchyard"),
        ("zsh", ["-n"], "share/zsh/site-functions/_switchyard"),
        ("fish", ["--no-execute"], "share/fish/vendor_completions.d/switchyard.fish"),
    ]

    @Test func `each shell reads its completion, and groff every page, without a complaint`() async throws {
        try await withInstallation { folder in
            for (program, arguments, path) in Self.readers where Self.isInstalled(program) {
                #expect(try await complaints(of: program, arguments + ["\(folder)/\(path)"]) == "", "\(program)")
            }
            let pages = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/share/man/man1")
            guard Self.isInstalled("groff") else { return }
            for page in pages {
                let arguments = ["-man", "-Tutf8", "-ww", "-z", "\(folder)/share/man/man1/\(page)"]
                #expect(try await complaints(of: "groff", arguments) == "", "\(page)")
            }
        }
    }

    private func version(of program: String) async throws -> String {
        try await run(
            .path(FilePath(program)), arguments: ["--version"], input: .none, output: .string(limit: 4_096),
            error: .discarded
        ).standardOutput
    }

    private static func isInstalled(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// What a program says of its work on standard error, and how it ended where that was badly.
    private func complaints(of program: String, _ arguments: [String]) async throws -> String {
        let result = try await run(
            .name(program), arguments: Arguments(arguments), input: .none, output: .discarded,
            error: .string(limit: 65_536))
        return result.standardError + (result.terminationStatus.isSuccess ? "" : "\(result.terminationStatus)")
    }
}
