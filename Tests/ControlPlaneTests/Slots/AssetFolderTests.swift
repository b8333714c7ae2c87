import Foundation
import TestSupport
import Testing

@testable import ControlPlane

/// Assets of one release that another one serves too.
struct AssetFolderTests {
    @Test func `missing files are lent, what is there stays, and what was lent is not lent on`() async throws {
        try await withTemporaryFolder { folder in
            let first = try assets("\(folder)/first", ["app-1.js": "one", "shared.css": "first"])
            let second = try assets("\(folder)/second", ["img/logo.svg": "two", "shared.css": "second"])
            let third = try assets("\(folder)/third", [:])
            try first.lendMissing(to: second)
            try second.lendMissing(to: third)
            #expect(try text("\(second.path)/app-1.js") == "one")
            #expect(try text("\(second.path)/shared.css") == "second")
            #expect(try text("\(third.path)/img/logo.svg") == "two")
            #expect(!FileManager.default.fileExists(atPath: "\(third.path)/app-1.js"))
        }
    }

    @Test func `a file where another release has a folder keeps both as they are`() async throws {
        try await withTemporaryFolder { folder in
            let first = try assets("\(folder)/first", ["icons": "a file", "other.js": "one"])
            let second = try assets("\(folder)/second", ["icons/a.svg": "two"])
            try first.lendMissing(to: second)
            try second.lendMissing(to: first)
            #expect(try text("\(first.path)/icons") == "a file")
            #expect(try text("\(second.path)/icons/a.svg") == "two")
            #expect(try text("\(second.path)/other.js") == "one")
        }
    }

    private func assets(_ path: String, _ files: [String: String]) throws -> AssetFolder {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files {
            let parent = URL(filePath: "\(path)/\(name)").deletingLastPathComponent().path
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        }
        return AssetFolder(path: path, files: Array(files.keys))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
