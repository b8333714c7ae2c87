import Crypto
import DurableFiles
import Foundation
import Glibc
import Subprocess
import SystemPackage

/// Debian's `age`, which wraps a file's key for its recipients and opens it with an identity.
///
/// The key goes through pipes and the identity stays in its file: neither is ever an argument.
package struct AgeProgram: Sendable {
    private let program: String

    /// `program` is found on the path where it is no path itself.
    package init(program: String = "age") {
        self.program = program
    }

    /// The armoured file that a recipient's identity opens.
    func wrap(_ key: SymmetricKey, for recipient: String) async throws -> String {
        let output = try await run(
            ["--encrypt", "--armor", "--recipient", recipient], input: Array(key.bytes), to: "encrypt for \(recipient)",
            failure: { SecretsError.ageFailed(task: "encrypt for \(recipient)", message: $0) })
        return String(decoding: output, as: UTF8.self)
    }

    /// The key in an armoured file.
    func unwrap(_ wrapped: String, identityFile: String) async throws -> SymmetricKey {
        guard wrapped.utf8.count <= Limits.wrappedKeyBytes else {
            throw SecretsError.unreadableFile(reason: "what age encrypted in it is too long for a key")
        }
        let output = try await run(
            ["--decrypt", "--identity", identityFile], input: Array(wrapped.utf8), to: "decrypt",
            failure: { SecretsError.noMatchingIdentity(message: $0) })
        guard output.count == 32 else { throw SecretsError.unreadableFile(reason: "its key has no 32 bytes") }
        return SymmetricKey(data: output)
    }

    /// Whether a text may be an argument; age itself checks it wholly.
    static func isRecipient(_ text: String) -> Bool {
        text.hasPrefix("age1") && text.utf8.count <= 4_096
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    private func run(
        _ arguments: [String], input: [UInt8], to task: String, failure: @escaping @Sendable (String) -> SecretsError
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await answer(arguments, input: input, failure: failure) }
            group.addTask {
                try await Task.sleep(for: .seconds(Limits.ageSeconds))
                throw SecretsError.ageTookTooLong(task: task)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func answer(
        _ arguments: [String], input: [UInt8], failure: @Sendable (String) -> SecretsError
    ) async throws -> [UInt8] {
        var options = PlatformOptions()
        // Without a terminal it can't wait for a passphrase.
        options.createSession = true
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
                environment: .inherit, platformOptions: options,
                input: .fileDescriptor(try Self.pipe(holding: input), closeAfterSpawningProcess: true),
                output: .bytes(limit: Limits.ageOutputBytes), error: .string(limit: Limits.ageOutputBytes))
            guard result.terminationStatus.isSuccess else { throw failure(Self.firstWords(result.standardError)) }
            return result.standardOutput
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw SecretsError.ageMissing
        }
    }

    /// A pipe that is full already and whose writing end is closed.
    ///
    /// age may end without reading: whoever wrote to it meanwhile would be ended too, by SIGPIPE.
    private static func pipe(holding bytes: [UInt8]) throws -> FileDescriptor {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SecretsError.file(FileFault(operation: "make", path: "a pipe")) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        guard write(ends[1], bytes, bytes.count) == bytes.count else {
            close(ends[0])
            throw SecretsError.file(FileFault(operation: "write to", path: "a pipe"))
        }
        return FileDescriptor(rawValue: ends[0])
    }

    private static func firstWords(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "it did not say why"
        let words = line.hasPrefix("age: ") ? String(line.dropFirst(5)) : line
        return words.hasSuffix(".") ? words : words + "."
    }
}
