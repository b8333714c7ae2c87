import Domain
import Foundation
import Settings

/// Whether what a folder's release.yaml starts can be found where processes look for it.
package struct ReleaseExamination {
    private let folder: String
    private let searchPath: [String]

    /// `searchPath` is the PATH that processes get, which is not that of a person's shell.
    package init(folder: String, searchPath: String) {
        self.folder = folder
        self.searchPath = searchPath.split(separator: ":").map(String.init)
    }

    /// Nothing where the folder has no release.yaml.
    package func findings() -> [Finding] {
        let file = "\(folder)/\(ReleaseManifest.fileName)"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        do {
            let manifest = try ReleaseManifest.read(file: file)
            return manifest.processes.sorted { $0.key < $1.key }.map { finding($0.key, $0.value.command) }
        } catch {
            return [.mend("release", "\(error)", remedy: "Correct \(ReleaseManifest.fileName) there.")]
        }
    }

    private func finding(_ process: ProcessName, _ command: [String]) -> Finding {
        let subject = "process \(process)"
        let program = Self.program(of: command)
        guard let program else { return .good(subject, "A shell starts it.") }
        let places = program.hasPrefix("/") ? [program] : ["\(folder)/\(program)"] + searched(program)
        if let place = places.first(where: FileManager.default.isExecutableFile) {
            return .good(subject, "It starts \(place).")
        }
        let searched = program.contains("/") ? "" : " nor on the processes' PATH (\(searchPath.joined(separator: ":")))"
        return .mend(
            subject, "\(program) is no program in this folder\(searched).",
            remedy: "Install or build it there, or correct 'command' in \(ReleaseManifest.fileName).")
    }

    private func searched(_ program: String) -> [String] {
        program.contains("/") ? [] : searchPath.map { "\($0)/\(program)" }
    }

    /// The program that stays: behind a shell's `exec` the one after it; nil where only the shell knows.
    private static func program(of command: [String]) -> String? {
        guard command.count == 3, ["sh", "bash"].contains(command[0]), command[1] == "-c" else { return command.first }
        let words = command[2].split(separator: " ").map(String.init)
        guard words.first == "exec" else { return nil }
        let rest = words.dropFirst().drop { $0 == "env" || $0.contains("=") }
        return rest.first.flatMap { $0.contains { "$\"'`\\".contains($0) } ? nil : $0 }
    }
}
