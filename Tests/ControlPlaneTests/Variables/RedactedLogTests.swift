import Domain
import Foundation
import Glibc
import Secrets
import TestSupport
import Testing

@testable import ControlPlane

/// `switchyard redact` of the real binary, between a process and what writes its log.
@Suite(.timeLimit(.minutes(1))) struct RedactedLogTests {
    @Test func `nothing passes before the secrets are known`() async throws {
        try await withTemporaryFolder { folder in
            let log = try RunningLog(folder)
            defer { log.end() }
            try log.print("the key is first-secret\n")
            try await eventually(within: .seconds(20), "the complaint") {
                log.errors.contains("The log waits for the secrets that must not be in it")
            }
            #expect(log.written == "")
            try log.publish(["first-secret"])
            try await eventually(within: .seconds(20), "the line") { log.written == "the key is [redacted:NAME]\n" }
        }
    }

    @Test func `what is new is known before the next piece, and a file that cannot be read changes nothing`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let log = try RunningLog(folder)
            defer { log.end() }
            try log.publish(["first-secret"])
            try log.print("first-secret second-secret\n")
            try await eventually(within: .seconds(20), "a line") { log.written == "[redacted:NAME] second-secret\n" }
            try log.publish(["first-secret", "second-secret"])
            try log.print("second-secret\n")
            try await eventually(within: .seconds(20), "both known") { log.written.hasSuffix("\n[redacted:NAME]\n") }
            try "damaged".write(toFile: log.known, atomically: true, encoding: .utf8)
            try log.print("first-secret and more\n")
            try await eventually(within: .seconds(20), "still known") {
                log.written.hasSuffix("\n[redacted:NAME] and more\n")
            }
        }
    }

    @Test func `a writer that is killed is started again, and the end marks what may be half a secret`() async throws {
        try await withTemporaryFolder { folder in
            let log = try RunningLog(folder)
            defer { log.end() }
            try log.publish(["first-secret"])
            try log.print("one\n")
            try await eventually(within: .seconds(20), "a line") { log.written == "one\n" }
            let writer = try #require(log.writer)
            kill(writer, SIGKILL)
            try await eventually(within: .seconds(20), "another writer") {
                try log.print("two\n")
                return log.written.hasSuffix("two\n")
            }
            try log.print("three\nfirst-sec")
            try await eventually(within: .seconds(20), "the line before") { log.written.hasSuffix("three\n") }
            log.end(SIGTERM)
            try await eventually(within: .seconds(20), "a mark in its place") {
                log.written.hasSuffix("\n[redacted: the log was cut here]\n")
            }
        }
    }

    @Test func `at the end the other half of a secret is waited for`() async throws {
        try await withTemporaryFolder { folder in
            let log = try RunningLog(folder)
            defer { log.end() }
            try log.publish(["first-secret"])
            try log.print("one\nfirst-sec")
            try await eventually(within: .seconds(20), "the line before") { log.written == "one\n" }
            log.end(SIGTERM)
            try log.print("ret and two\n")
            try await eventually(within: .seconds(20), "the whole line") {
                log.written == "one\n[redacted:NAME] and two\n"
            }
        }
    }
}

/// The redactor as a process, which appends to a file through a shell.
private final class RunningLog {
    let known: String
    private let ring: KeyRingFile
    private let folder: String
    private let process = Process()
    private let input = Pipe()

    init(_ folder: String) throws {
        self.folder = folder
        known = "\(folder)/known.json"
        ring = KeyRingFile(path: "\(folder)/ring")
        try ring.make(at: Date())
        process.executableURL = Bundle.main.bundleURL.appending(path: "switchyard")
        process.arguments = [
            "redact", "--key-ring", ring.path, "--known", known, "--", "/bin/sh", "-c",
            "echo $$ > \(folder)/writer; exec cat >> \(folder)/log",
        ]
        process.standardInput = input
        try Data().write(to: URL(filePath: "\(folder)/errors"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(folder)/errors"))
        try process.run()
    }

    var written: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: "\(folder)/errors", encoding: .utf8)) ?? "" }
    var writer: pid_t? {
        let text = try? String(contentsOfFile: "\(folder)/writer", encoding: .utf8)
        return text.flatMap { pid_t($0.trimmingCharacters(in: .newlines)) }
    }

    func print(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    func publish(_ values: [String]) throws {
        let (ring, name) = (try ring.load(), VariableName(unchecked: "NAME"))
        let environment = EnvironmentName(unchecked: "production")
        try KnownSecrets(
            records: values.map { try ring.seal(Secret($0), as: name, in: environment, at: Date()) }
        ).write(to: known)
    }

    func end(_ signal: Int32 = SIGKILL) { kill(process.processIdentifier, signal) }
}
