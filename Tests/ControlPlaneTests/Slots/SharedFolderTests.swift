import Foundation
import TestSupport
import Testing

@testable import ControlPlane

struct SharedFolderTests {
    @Test(arguments: ["uploads", "public/files/uploads"])
    func `two releases see each other's files through their links`(place: String) async throws {
        try await withTemporaryFolder { folder in
            let shared = SharedFolder(path: "\(folder)/shared")
            try FileManager.default.createDirectory(atPath: shared.path, withIntermediateDirectories: true)
            for _ in 1...2 {
                try shared.appear(at: "\(folder)/blue/\(place)")
                try shared.appear(at: "\(folder)/green/\(place)")
            }
            try "pod".write(toFile: "\(folder)/blue/\(place)/proof.txt", atomically: false, encoding: .utf8)
            #expect(try String(contentsOfFile: "\(folder)/green/\(place)/proof.txt", encoding: .utf8) == "pod")
            try FileManager.default.removeItem(atPath: "\(folder)/blue")
            #expect(FileManager.default.fileExists(atPath: "\(shared.path)/proof.txt"))
        }
    }

    @Test func `a release that has something of its own there is refused, and that is left as it was`() async throws {
        try await withTemporaryFolder { folder in
            let shared = SharedFolder(path: "\(folder)/shared")
            try FileManager.default.createDirectory(atPath: shared.path, withIntermediateDirectories: true)
            let own = "\(folder)/blue/uploads"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            try "own".write(toFile: "\(own)/a", atomically: false, encoding: .utf8)
            #expect(throws: ControlPlaneError.sharedFolderHidden(place: own, shared: shared.path)) {
                try shared.appear(at: own)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: own) == ["a"])
        }
    }

    @Test func `a place that cannot be made is told`() async throws {
        try await withTemporaryFolder { folder in
            try "a file".write(toFile: "\(folder)/blue", atomically: false, encoding: .utf8)
            #expect(throws: (any Error).self) {
                try SharedFolder(path: "\(folder)/shared").appear(at: "\(folder)/blue/uploads")
            }
        }
    }
}
