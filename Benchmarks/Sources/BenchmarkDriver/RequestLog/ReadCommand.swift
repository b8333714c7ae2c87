import ArgumentParser
import Foundation
import Glibc
import Telemetry

/// `BenchmarkDriver request-log read`: the whole way from the socket to counters, units and histograms.
struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "read", abstract: "Reads lines from a socket.")

    @Option(help: "Where to listen.")
    var socket: String
    @Option(help: "How many lines will come.")
    var lines: Int

    private struct Result: Encodable {
        let lines: Int
        let lost: Int
        /// From the first line to the last one.
        let seconds: Double
        /// Of all threads of this process, in the kernel too.
        let cpuSeconds: Double
        let ticks: Int
    }

    func run() async throws {
        let log = RequestLog(environments: [SampleLines.definition])
        log.begin(SampleLines.drawing)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await RequestLogServer(socket: socket, account: nil, log: log).run() }
            defer { group.cancelAll() }
            while log.linesReceived == 0 { try await Task.sleep(for: .milliseconds(1)) }
            let started = ContinuousClock.now
            let before = Self.cpuSeconds()
            let first = log.linesReceived
            var ticks = 0
            var nextLook = started + .seconds(1)
            while log.linesReceived + log.linesLost < lines {
                try await Task.sleep(for: .milliseconds(5))
                guard ContinuousClock.now >= nextLook else { continue }
                // As the deployer does it.
                ticks += log.take(SampleLines.environment).ticks.count
                nextLook += .seconds(1)
            }
            ticks += log.take(SampleLines.environment).ticks.count
            try BenchmarkDriver.say(
                Result(
                    lines: log.linesReceived - first, lost: log.linesLost,
                    seconds: (ContinuousClock.now - started) / .seconds(1), cpuSeconds: Self.cpuSeconds() - before,
                    ticks: ticks))
        }
    }

    static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// `BenchmarkDriver request-log write`: a HAProxy that has nothing else to do.
struct WriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "write", abstract: "Writes lines to a socket.")

    @Option(help: "Where the reader listens.")
    var socket: String
    @Option(help: "How many lines.")
    var lines: Int

    func run() async throws {
        let stream = SampleLines.stream(lines)
        let descriptor = try await connected()
        defer { close(descriptor) }
        var sent = 0
        while sent < stream.count {
            // HAProxy's buffer is 16 KiB.
            let size = min(16_384, stream.count - sent)
            let count = stream.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, size, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw ValidationError("The reader is gone: \(String(cString: strerror(errno))).") }
            sent += count
        }
    }

    private func connected() async throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8.prefix($0.count - 1)) }
        for _ in 0..<1_000 {
            let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
            if isConnected { return descriptor }
            close(descriptor)
            try await Task.sleep(for: .milliseconds(10))
        }
        throw ValidationError("Nobody listens on \(socket).")
    }
}
