import Foundation
import Subprocess

/// Where the demo's application comes from: the program beside this one, and its releases in the source tree or in
/// the installation's share folder.
struct FreightOpsSource {
    private let binary: String
    private let folder: String

    init(beside program: String) throws {
        let place = URL(filePath: program).deletingLastPathComponent()
        binary = place.appending(path: "freightops").path
        guard FileManager.default.isExecutableFile(atPath: binary) else {
            throw CommandExit(
                .wentWrong, "There is no \(binary): build it with 'swift build --product freightops'."
            )
        }
        let installed = place.deletingLastPathComponent().appending(path: "share/switchyard/FreightOps")
        let candidates =
            [installed]
            + sequence(first: place) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
            .map { $0.appending(path: "FreightOps") }
        guard let found = candidates.first(where: { Self.holdsReleases($0) }) else {
            throw CommandExit(.wentWrong, "There are no releases of FreightOps near \(program).")
        }
        folder = found.path
    }

    /// Makes the folder of a release, ready to be packed.
    func assemble(_ version: String, into output: String) async throws {
        let result = try await run(
            .name("sh"), arguments: ["\(folder)/assemble-release", version, binary, output],
            output: .discarded, error: .string(limit: 16_384)
        )
        guard result.terminationStatus.isSuccess else {
            throw CommandExit(.wentWrong, "Release \(version) was not assembled: \(result.standardError)")
        }
    }

    private static func holdsReleases(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "assemble-release").path)
    }
}
