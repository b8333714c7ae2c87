import ArgumentParser
import FreightOps

struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Write test data; what is there already is left as it is."
    )

    @Option(help: "How many loads there are to be.")
    var loads = 2_000

    func validate() throws {
        guard (1...1_000_000).contains(loads) else { throw ValidationError("--loads is from 1 to 1000000.") }
    }

    func run() async throws {
        var sample = SampleFreight()
        sample.loads = loads
        let count = try await SampleFreightWriter(Settings.load(), sample: sample).write()
        print("\(count) rows written.")
    }
}
