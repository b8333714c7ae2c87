import Foundation
import Onboarding

/// A repository that a test writes down, removed when the test is done.
struct TemporaryRepository {
    let folder: String

    /// Lends a repository with these files by path; its folder is named 'notes'.
    static func use(_ files: [String: String], _ body: (TemporaryRepository) async throws -> Void) async throws {
        let parent = NSTemporaryDirectory() + "/switchyard-onboarding-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let folder = "\(parent)/notes"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (path, text) in files {
            let url = URL(filePath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: false, encoding: .utf8)
        }
        try await body(TemporaryRepository(folder: folder))
    }

    var repository: Repository { get throws { try Repository(folder: folder) } }
    var survey: Survey { get throws { try Survey(of: repository) } }

    /// Everything that lies in the folder, by path.
    var content: [String: String] {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.reduce(into: [:]) { content, path in
            content[path] = try? String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
        }
    }
}
