import API
import ArgumentParser
import ControlPlane
import Foundation
import Glibc
import UnixSignals

/// `switchyard demo`
struct DemoCommand: AsyncParsableCommand {
    /// With --once: five minutes for the whole, less what clearing away may take.
    private static let onceDeadline: Duration = .seconds(270)

    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows a release going live under load and coming back, with FreightOps Pro on a real PostgreSQL.",
        discussion: """
            Everything happens in one folder and on loopback ports that the system gives; as root, the account \
            switchyard-production is made too, where it is missing, and stays. It stays up to be looked at \
            until ^C, which ends and removes it; with --once it ends by itself, within five minutes. Exit code 1: a \
            request failed or a deployment ended otherwise than it should.
            """
    )

    @Option(name: .customLong("state"), help: ArgumentHelp("The folder of the demo.", valueName: "dir"))
    var folder: String?
    @Flag(help: "End when everything was shown.")
    var once = false
    @Option(help: ArgumentHelp("Write what happened to this file, as JSON.", valueName: "file"))
    var report: String?

    func validate() throws {
        if let folder, FileManager.default.fileExists(atPath: "\(folder)/switchyard.yaml") {
            throw ValidationError(
                "There is a demo in \(folder) already: end it with 'switchyard down --state \(folder)' and remove the "
                    + "folder, or name another one."
            )
        }
        if let report, let obstacle = Self.obstacle(toWriting: report) { throw ValidationError(obstacle) }
    }

    /// Why the report will not find its place; known before five minutes were spent on it.
    private static func obstacle(toWriting report: String) -> String? {
        let folder = URL(filePath: report).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            return "The report cannot be written to \(report): there is no folder \(folder)."
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            return "The report cannot be written to \(report): nothing can be written into \(folder)."
        }
        let isTaken = FileManager.default.fileExists(atPath: report, isDirectory: &isFolder) && isFolder.boolValue
        return isTaken ? "The report cannot be written to \(report): that is a folder." : nil
    }

    func run() async throws {
        var disappointments: [String] = []
        let stage = try DemoStage(folder: folder ?? DemoStage.makeTemporaryFolder())
        do {
            let story = DemoStory(stage: stage)
            let report = try await interruptible { try await story.tell() }
            try write(report)
            report.table.forEach(Terminal.say)
            disappointments = report.disappointments
            if !once { try await stay(stage) }
        } catch {
            await stage.strike(keepingFolder: folder != nil)
            throw error
        }
        await stage.strike(keepingFolder: folder != nil)
        guard disappointments.isEmpty else {
            throw CommandExit(.wentWrong, disappointments.joined(separator: "; ") + ".")
        }
    }

    private func write(_ report: DemoReport) throws {
        guard let path = self.report else { return }
        try report.json().write(to: URL(filePath: path), options: .atomic)
        Terminal.say("The report is in \(path).")
    }

    private func stay(_ stage: DemoStage) async throws {
        let url = try await stage.client.status().traffic.first ?? ""
        Terminal.say("\nFreightOps Pro stays up at \(url)/dispatch until ^C. In another terminal:")
        Terminal.say("  export SWITCHYARD_STATE=\(stage.folder)")
        Terminal.say("  switchyard status; switchyard history")
        Terminal.say("  switchyard deploy 1.1.0      # refused: it is below the rollback floor")
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
    }

    /// Ends the work at ^C, at SIGTERM or when its time is over, so that the demo clears up after itself.
    private func interruptible<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            if once {
                group.addTask {
                    try await Task.sleep(for: Self.onceDeadline)
                    throw CommandExit(.wentWrong, "The demo was not done within \(Self.onceDeadline).")
                }
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else {
                throw CommandExit(.wentWrong, "The demo was interrupted.")
            }
            return value
        }
    }
}
