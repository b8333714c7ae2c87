import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AssembledReleaseTests {
    @Test(arguments: [("1.0.0", 1), ("1.1.0", 2), ("1.2.0", 3)])
    func `a release folder holds all migrations up to it`(version: String, migrations: Int) async throws {
        try await withTemporaryFolder { folder in
            let status = try await Self.assemble(version, "/bin/true", folder + "/release")
            #expect(status == .exited(0))
            let manager = FileManager.default
            let names = try manager.contentsOfDirectory(atPath: folder + "/release/migrations").sorted()
            #expect(names.count == migrations)
            for name in names {
                #expect(name.wholeMatch(of: /\d{14}_[a-z_]+/) != nil)
                #expect(manager.fileExists(atPath: folder + "/release/migrations/\(name)/expand.sql"))
            }
            let manifest = try String(contentsOfFile: folder + "/release/release.yaml", encoding: .utf8)
            #expect(manifest.contains("version: \(version)\n"))
            #expect(manager.isExecutableFile(atPath: folder + "/release/bin/freightops"))
        }
    }

    @Test func `a release that does not exist is refused`() async throws {
        try await withTemporaryFolder { folder in
            #expect(try await Self.assemble("9.9.9", "/bin/true", folder + "/release") == .exited(66))
            #expect(try await Self.assemble("1.0.0", folder + "/missing", folder + "/release") == .exited(66))
            try Data().write(to: URL(filePath: folder + "/kept"))
            #expect(try await Self.assemble("1.0.0", "/bin/true", folder) == .exited(73))
        }
    }

    private static func assemble(_ arguments: String...) async throws -> TerminationStatus {
        let script = FreightFixture.freightOps.appending(path: "assemble-release").path
        return try await run(
            .path(FilePath(script)), arguments: Arguments(arguments), output: .discarded, error: .discarded
        ).terminationStatus
    }
}
