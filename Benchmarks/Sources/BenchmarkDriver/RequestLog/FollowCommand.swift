import ArgumentParser
import SystemPackage
import Telemetry
import UnixSignals

/// `BenchmarkDriver request-log follow`: reads as the control plane does, in a process of its own, until SIGTERM.
///
/// What it has counted is in a file, at most about a millisecond old when it is killed.
struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Reads the request log until it is ended.")

    @Option(help: "Where the holder of the log's socket hands it out.")
    var desk: String
    @Option(help: "Where to write what was counted.")
    var tally: String

    func run() async throws {
        let log = RequestLog(environments: [SampleLines.definition])
        let file = try FileDescriptor.open(
            FilePath(tally), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        let signals = await UnixSignalsSequence(trapping: .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await RequestLogServer(heldAt: desk, log: log).run() }
            group.addTask {
                while !Task.isCancelled {
                    try ReaderTally(log).write(to: file)
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            for await _ in signals { break }
            group.cancelAll()
            try await group.waitForAll()
        }
        try ReaderTally(log).write(to: file)
        try file.close()
    }
}
