import ArgumentParser
import Foundation
import LoadTesting
import Traffic

/// `BenchmarkDriver flips`: many flips under load, some of them while a reload is under way.
struct FlipsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flips", abstract: "Flips between two slots under load.")

    /// How long a reload has been under way when a flip is asked during it.
    private static let intoTheReload = Duration.milliseconds(5)

    @Option(help: "How many flips.")
    var flips = 240
    @Option(help: "After every so many flips, one more is asked during a reload; 0 for none.")
    var reloadEvery = 10
    @Option(help: "Milliseconds from one flip to the next; every answer must come within it.")
    var interval = 260
    @OptionGroup var proxyOptions: ProxyOptions
    @OptionGroup var loadOptions: LoadOptions

    /// What was seen of one flip.
    struct Flip: Encodable {
        let duringReload: Bool
        /// Workers that confirmed it: the old ones of reloads too.
        let workers: Int
        /// From being asked to being confirmed by all workers.
        let confirmedMilliseconds: Double
        /// From being asked to the sending of the last request that the old slot answered; 0 when none was sent after.
        let lastOnOldMilliseconds: Double
    }

    private struct Result: Encodable {
        let flips: [Flip]
        let load: LoadReport
    }

    func run() async throws {
        try await SwitchedProxy.with(proxyOptions) { switched in
            let load = LoadGenerator(plan: try loadOptions.plan(for: switched.url))
            var seen: [Flip] = []
            let report = try await load.running {
                try await Task.sleep(for: .seconds(1))
                for duringReload in order {
                    let toGreen = seen.count.isMultiple(of: 2)
                    seen.append(try await observe(switched, load, toGreen: toGreen, duringReload: duringReload))
                }
            }
            try BenchmarkDriver.say(Result(flips: seen, load: report))
        }
    }

    /// For each flip whether it is asked during a reload.
    private var order: [Bool] {
        (1...flips).flatMap { reloadEvery > 0 && $0.isMultiple(of: reloadEvery) ? [false, true] : [false] }
    }

    private func observe(
        _ switched: SwitchedProxy, _ load: LoadGenerator, toGreen: Bool, duringReload: Bool
    ) async throws -> Flip {
        async let reloaded: Void = duringReload ? switched.proxy.reload() : ()
        if duringReload { try await Task.sleep(for: Self.intoTheReload) }
        let asked = Date()
        let result = try await switched.flip(toGreen: toGreen)
        try await reloaded
        try await Task.sleep(for: .milliseconds(interval))
        let last = load.snapshot().lastRequestStarted(on: SwitchedProxy.name(green: !toGreen))
        return Flip(
            duringReload: duringReload, workers: result.workers, confirmedMilliseconds: result.milliseconds,
            lastOnOldMilliseconds: max(0, (last ?? asked).timeIntervalSince(asked) * 1_000))
    }
}
