import ArgumentParser
import Foundation
import Glibc
import LoadTesting

/// `BenchmarkDriver retirement`: flips, waits until the old slot serves nothing more, and kills its server.
struct RetirementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retirement", abstract: "Kills a slot's server after it was drained, under load.")

    private static let pause = Duration.seconds(1)
    private static let drainDeadline = Duration.seconds(10)
    private static let drainInterval = Duration.milliseconds(50)

    @Option(help: "The process of the server in the first slot.")
    var blueProcess: Int32
    @OptionGroup var proxyOptions: ProxyOptions
    @OptionGroup var loadOptions: LoadOptions

    private struct Result: Encodable {
        /// From the flip being confirmed until nothing was in flight on the old slot.
        let drainMilliseconds: Double
        let load: LoadReport
    }

    func run() async throws {
        try await SwitchedProxy.with(proxyOptions) { switched in
            var drained = Duration.zero
            let load = LoadGenerator(plan: try loadOptions.plan(for: switched.url))
            let report = try await load.running {
                try await Task.sleep(for: Self.pause)
                _ = try await switched.flip(toGreen: true)
                drained = try await drain(switched)
                guard kill(blueProcess, SIGKILL) == 0 else {
                    throw ValidationError("Process \(blueProcess) was gone before it was killed.")
                }
                try await Task.sleep(for: Self.pause * 2)
            }
            try BenchmarkDriver.say(Result(drainMilliseconds: drained / .milliseconds(1), load: report))
        }
    }

    private func drain(_ switched: SwitchedProxy) async throws -> Duration {
        let start = ContinuousClock.now
        while try await switched.inFlight(green: false) > 0 {
            guard ContinuousClock.now - start < Self.drainDeadline else {
                throw ValidationError("The old slot was still serving after \(Self.drainDeadline).")
            }
            try await Task.sleep(for: Self.drainInterval)
        }
        return ContinuousClock.now - start
    }
}
