import API
import ArgumentParser
import Domain

/// `switchyard maintenance on|off`
struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Shows users the maintenance page, or takes it away."
    )

    /// Whether the page is shown.
    enum Wish: String, ExpressibleByArgument, CaseIterable {
        case on
        case off
    }

    @Argument(help: "on or off.")
    var wish: Wish
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let name = try await environment.resolve(with: client)
        let request = MaintenanceRequest(isOn: wish == .on, requestedBy: Requester.name)
        let report = try await client.setMaintenance(request, in: name)
        if json { return try Terminal.sayJSON(report) }
        Terminal.say(report.maintenance ? "\(name) shows the maintenance page." : "\(name) serves its users again.")
    }
}
