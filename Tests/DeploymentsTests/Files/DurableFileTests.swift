import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing

@testable import DurableFiles

@Suite(.timeLimit(.minutes(1))) struct DurableFileTests {
    @Test func `a file that is written is whole and leaves nothing beside it`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try DurableFile.write("old", to: path)
            try DurableFile.write("new", to: path, mode: 0o600)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(throws: FileFault(operation: "create", path: "\(folder)/no/file.\(getpid()).tmp", code: ENOENT)) {
                try DurableFile.write("x", to: "\(folder)/no/file")
            }
        }
    }

    @Test func `a file of set size holds what was written last, and is found again`() async throws {
        try await withTemporaryFolder { folder in
            let file = try PreallocatedFile(path: "\(folder)/file", capacity: 64, initial: Data("first".utf8))
            #expect(try file.read().count == 64)
            for text in ["second", "third, longer", "4"] {
                try file.replace(with: Data(text.utf8))
                let again = try PreallocatedFile(path: file.path, capacity: 64, initial: Data("other".utf8))
                #expect(try content(of: again) == text)
            }
            #expect(throws: PreallocatedFile.TooLarge(path: file.path, size: 65, capacity: 64)) {
                try file.replace(with: Data(count: 65))
            }
            #expect(try content(of: file) == "4")
        }
    }

    @Test(arguments: [8, 32, 128])
    func `another capacity keeps the content`(capacity: Int) async throws {
        try await withTemporaryFolder { folder in
            let file = try PreallocatedFile(path: "\(folder)/file", capacity: 64, initial: Data("content".utf8))
            let other = try PreallocatedFile(path: file.path, capacity: capacity, initial: Data("lost".utf8))
            #expect(try content(of: other) == "content")
            #expect(try other.read().count == capacity)
            try other.replace(with: Data("next".utf8))
            #expect(try content(of: other) == "next")
        }
    }

    @Test func `a spare that was left half-written changes nothing`() async throws {
        try await withTemporaryFolder { folder in
            let file = try PreallocatedFile(path: "\(folder)/file", capacity: 64, initial: Data("old".utf8))
            for spare in [Data("new, and th".utf8), Data("ne".utf8) + Data(count: 62)] {
                try spare.write(to: URL(filePath: "\(file.path).spare"))
                let again = try PreallocatedFile(path: file.path, capacity: 64)
                #expect(try content(of: again) == "old")
                try again.replace(with: Data("new".utf8))
                #expect(try content(of: again) == "new")
                try again.replace(with: Data("old".utf8))
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can mount a small disk"))
    func `a file of set size is replaced on a full disk where others cannot be written`() async throws {
        try await withTemporaryFolder { folder in
            try await mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
            do {
                let file = try PreallocatedFile(path: "\(folder)/file", capacity: 4_096, initial: Data("old".utf8))
                let fault = #expect(throws: FileFault.self) {
                    try DurableFile.write(Data(count: 131_072), to: "\(folder)/rest")
                }
                #expect(fault?.isDiskFull == true)
                fill("\(folder)/ballast")
                #expect(throws: FileFault.self) { try DurableFile.write("x", to: "\(folder)/one-more") }
                for round in 1...4 {
                    try file.replace(with: Data("round \(round)".utf8))
                    #expect(try content(of: file) == "round \(round)")
                }
            } catch {
                try await unmount(folder)
                throw error
            }
            try await unmount(folder)
        }
    }

    private func content(of file: PreallocatedFile) throws -> String {
        String(decoding: try file.read(), as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Writes until nothing more fits.
    private func fill(_ path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }

    private func mount(_ arguments: String...) async throws {
        let result = try await run(
            .name("mount"), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 4_096))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
    }

    private func unmount(_ folder: String) async throws {
        _ = try await run(.name("umount"), arguments: [folder], output: .discarded)
    }
}
