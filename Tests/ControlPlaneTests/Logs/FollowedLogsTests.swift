import API
import Domain
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// `logs --follow` of the real binary on a real tree.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct FollowedLogsTests {
    @Test func `following loses and repeats no line when the control plane is killed and started again`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await addTicker("1.0.0", to: switchyard)
            try await switchyard.deploy("1.0.0")
            let session = try FollowingCommand(["--json", "--process", "ticker"], state: switchyard.state)
            defer { session.end() }
            try await eventually(within: .seconds(30), "lines") { session.numbers.count > 20 }
            for _ in 1...2 {
                switchyard.kill(SIGKILL)
                try await switchyard.waitForControlPlaneToEnd()
                let before = session.numbers.count
                try await switchyard.start()
                try await eventually(within: .seconds(30), "more lines") { session.numbers.count > before + 40 }
            }
            let numbers = session.numbers
            #expect(numbers == Array(numbers[0]..<(numbers[0] + numbers.count)))
            session.interrupt()
            try await eventually(within: .seconds(10), "the end of the command") { !session.isRunning }
        }
    }

    @Test func `a release that comes later is followed from its first line, with its name`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await addTicker("1.0.0", to: switchyard)
            try await addTicker("1.1.0", to: switchyard)
            try await switchyard.deploy("1.0.0")
            let session = try FollowingCommand(["--last", "0"], state: switchyard.state)
            defer { session.end() }
            try await eventually(within: .seconds(30), "lines of the first") {
                session.lines.contains { $0.hasPrefix("s1 example 1.0.0 ticker.1 | ") }
            }
            try await switchyard.deploy("1.1.0")
            try await eventually(within: .seconds(30), "lines of the second") {
                session.lines.contains { $0.hasPrefix("s2 example 1.1.0 ticker.1 | ") }
            }
            #expect(session.lines.contains { $0.hasPrefix("s2 example 1.1.0 web.1 | ") && $0.contains("listening") })
            let second = session.lines.first { $0.hasPrefix("s2 example 1.1.0 ticker.1 | ") }
            #expect(second?.hasSuffix(" 1") == true)
        }
    }

    /// A release with a worker that counts.
    private func addTicker(_ version: String, to switchyard: SwitchyardFixture) async throws {
        let release = ExampleRelease(version)
        let source = "\(switchyard.folder)/releases/\(version)"
        try release.write(to: source)
        let ticker = """
              ticker:
                kind: worker
                command: [sh, -c, "i=0; while sleep 0.02; do i=$((i+1)); echo $i; done"]
            health:
            """
        try release.manifest.replacing("health:", with: ticker)
            .write(toFile: "\(source)/release.yaml", atomically: false, encoding: .utf8)
        try await switchyard.add(folder: source)
    }
}

/// `switchyard logs --follow`, running.
private final class FollowingCommand: Sendable {
    private let process: Process
    private let read = Mutex("")

    init(_ arguments: [String], state: String) throws {
        process = Process()
        process.executableURL = URL(filePath: SwitchyardFixture.program)
        process.arguments = ["logs", "--follow"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["SWITCHYARD_STATE": state]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.read.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    /// The whole lines so far.
    var lines: [String] {
        read.withLock { text in text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1).map(String.init) }
    }

    /// What the ticker counted, from JSON lines.
    var numbers: [Int] {
        lines.compactMap { line in
            let line = try? WireFormat.decoder.decode(LogReport.Line.self, from: Data(line.utf8))
            return line?.text.split(separator: " ").last.flatMap { Int($0) }
        }
    }

    var isRunning: Bool { process.isRunning }
    func interrupt() { process.interrupt() }
    func end() { if process.isRunning { process.terminate() } }
}
