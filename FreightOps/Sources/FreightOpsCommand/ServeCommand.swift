import ArgumentParser
import FreightOps

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the pages and the API on HOST and PORT."
    )

    func run() async throws {
        try await WebProcess(Settings.load(needsPort: true)).run()
    }
}
