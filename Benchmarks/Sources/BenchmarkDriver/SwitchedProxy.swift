import ArgumentParser
import Deployments
import Domain
import Foundation
import LoadTesting
import Subprocess
import SystemPackage
import Telemetry
import Traffic

/// Which backends a command switches between, and where its HAProxy lives.
struct ProxyOptions: ParsableArguments {
    @Option(help: "An empty folder for HAProxy.")
    var folder: String
    @Option(help: "The port of the server in the first slot.")
    var blue: Int
    @Option(help: "The port of the server in the second slot.")
    var green: Int
}

/// A HAProxy as Switchyard configures and drives it, with a server in each of two slots.
struct SwitchedProxy: Sendable {
    static let environment = EnvironmentName(unchecked: "production")
    private static let startDeadline = Duration.seconds(20)

    let proxy: HAProxy
    let url: URL
    /// The first slot stable and all requests there, the second one with a candidate.
    let table: SlotTable
    private let file: SlotTableFile

    /// Runs a HAProxy for as long as the body takes. The candidate gets `share` of the requests; `editing` may change the
    /// configuration that Switchyard wrote.
    static func with(
        _ options: ProxyOptions, share: Int = 0, editing: (String) -> String = { $0 },
        _ body: (SwitchedProxy) async throws -> Void
    ) async throws {
        let definition = EnvironmentDefinition(name: environment, domains: ["app.localhost"], database: .none)
        let proxy = try await HAProxy(
            folder: HAProxyFolder("\(options.folder)/haproxy"), settings: TrafficSettings(),
            environments: [definition])
        var table = try table(blue: options.blue, green: options.green, slotCount: definition.policy.slotCount)
        try table.share(share, salt: "benchmark")
        let file = try SlotTableFile(
            path: "\(options.folder)/slots.json", environment: environment, slotCount: definition.policy.slotCount)
        try file.save(table)
        _ = try await proxy.configure(tables: [table])
        try edit(proxy.folder.configuration, editing)
        nonisolated(unsafe) let holder = try LogSocketHolder(
            socket: proxy.folder.telemetrySocket, account: HAProxy.workerAccount, desk: proxy.folder.telemetryDesk)
        Thread.detachNewThread { holder.run() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runInForeground(proxy.serviceCommand) }
            defer { group.cancelAll() }
            try await proxy.waitUntilReady(deadline: startDeadline)
            guard let url = URL(string: "http://\(await proxy.address ?? "")") else { return }
            try await body(SwitchedProxy(proxy: proxy, url: url, table: table, file: file))
        }
    }

    /// Moves all requests to a slot as a deployment does: the slot table is durable before the proxy hears of it.
    ///
    /// Answers what HAProxy confirmed.
    func flip(toGreen: Bool) async throws -> RouteResult {
        var next = table
        try next.share(toGreen ? Split.whole : 0, salt: "benchmark")
        try file.save(next)
        return try await proxy.route(next)
    }

    /// The slot's name as the response header has it.
    static func name(green: Bool) -> String { "\(environment)/\(SlotName(number: green ? 2 : 1))" }

    func inFlight(green: Bool) async throws -> Int {
        try await proxy.inFlight(Self.environment, SlotName(number: green ? 2 : 1)).total
    }

    private static func edit(_ path: String, _ editing: (String) -> String) throws {
        let written = try String(contentsOfFile: path, encoding: .utf8)
        let edited = editing(written)
        if edited != written { try edited.write(toFile: path, atomically: true, encoding: .utf8) }
    }

    private static func table(blue: Int, green: Int, slotCount: Int) throws -> SlotTable {
        var table = SlotTable(environment: environment, slotCount: slotCount)
        let first = try table.claim(for: release("1.0.0"), deployment: DeploymentID(1))
        try table.assign(ports: [blue], to: first)
        try table.commit(at: Date())
        let second = try table.claim(for: release("1.1.0"), deployment: DeploymentID(2))
        try table.assign(ports: [green], to: second)
        return table
    }

    private static func release(_ version: String) throws -> ReleaseReference {
        ReleaseReference(
            name: try ApplicationName("benchmark"), version: try ReleaseVersion(version),
            digest: try ArtifactDigest(String(repeating: "0", count: 64)))
    }

    /// Ends it with SIGTERM, then SIGKILL, when the task is cancelled.
    private static func runInForeground(_ command: [String]) async throws {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        _ = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())), platformOptions: options,
            output: .discarded, error: .discarded)
    }
}
