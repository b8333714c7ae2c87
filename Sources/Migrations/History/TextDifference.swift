import Foundation
import Subprocess
import SystemPackage

/// The difference of two texts as `diff -u` shows it.
enum TextDifference {
    private static let outputLimit = 262_144

    /// A unified diff; says so where it is too long or the program is missing.
    static func unified(
        from old: String, _ oldName: String, to new: String, _ newName: String
    ) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "switchyard-diff-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(old.endingLine.utf8).write(to: folder.appending(path: "old"))
        try Data(new.endingLine.utf8).write(to: folder.appending(path: "new"))
        do {
            let result = try await run(
                .name("diff"),
                arguments: ["-u", "--label", oldName, "--label", newName, "old", "new"],
                workingDirectory: FilePath(folder.path), output: .string(limit: outputLimit),
                error: .discarded)
            return result.standardOutput.trimmingCharacters(in: .newlines)
        } catch let error as SubprocessError {
            return "(The difference cannot be shown: \(error).)"
        }
    }
}

extension String {
    fileprivate var endingLine: String { hasSuffix("\n") ? self : self + "\n" }
}
