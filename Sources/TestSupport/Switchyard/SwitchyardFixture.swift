package import API
package import Domain
package import Foundation
import Glibc
import Synchronization

/// A whole Switchyard with the real binary, HAProxy and runit in a folder of its own; nothing of it is left after `use`.
///
/// The control plane is a child of the test, which may kill it and start it again; everything else is in the
/// supervisor tree of the state folder.
package final class SwitchyardFixture: Sendable {
    /// A short path directly under /tmp, which all accounts may enter.
    package let folder: String
    package let environments: [FixtureEnvironment]
    /// The account that the real binary runs under; nil is the test's own.
    let account: OrdinaryAccount?
    private let controlPlane = Mutex<ControlPlaneProcess?>(nil)
    private let trafficAddress = Mutex<URL?>(nil)

    package var state: String { "\(folder)/state" }
    package var configuration: String { "\(folder)/switchyard.yaml" }
    package var log: String { "\(folder)/serve.log" }
    /// Beside the test bundle, where the same build put it.
    package static let program = Bundle.main.bundleURL.appending(path: "switchyard").path

    /// Lends a running Switchyard, with `settings` at the end of its switchyard.yaml, in which
    /// FOLDER is its own; a body that fails leaves nothing behind either.
    package static func use(
        _ environments: [FixtureEnvironment] = [FixtureEnvironment()], application: String = "example",
        as account: OrdinaryAccount? = nil, settings: String = "",
        _ body: (SwitchyardFixture) async throws -> Void
    ) async throws {
        let fixture = try SwitchyardFixture(
            environments, application: application, account: account, settings: settings)
        do {
            try await fixture.start()
            try await body(fixture)
        } catch {
            fixture.sayWhatItLogged()
            await fixture.clearAway()
            throw error
        }
        await fixture.clearAway()
    }

    private init(
        _ environments: [FixtureEnvironment], application: String, account: OrdinaryAccount?, settings: String
    ) throws {
        self.account = account
        folder = "/tmp/switchyard-e2e-\(UUID().uuidString.prefix(8).lowercased())"
        self.environments = environments
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let text = """
            application: \(application)
            environments:
            \(environments.map(\.yaml).joined(separator: "\n"))
            traffic:
              http: 127.0.0.1:0
            api:
              listen: 127.0.0.1:0
            \(settings.replacing("FOLDER", with: folder))

            """
        try text.write(toFile: configuration, atomically: false, encoding: .utf8)
        try account?.own(folder)
    }

    /// What runs the real binary with arguments, under the account that is asked for.
    func command(_ arguments: [String]) -> [String] {
        let command = [Self.program] + arguments
        return account?.running(command) ?? command
    }

    // In the background: a task that was cancelled by its time limit must still clear away.
    private func clearAway() async {
        await Task.detached { [self] in
            kill(SIGKILL)
            _ = try? await cli(["down", "--deadline", "5"])
            try? await StateProcesses.killAll(below: folder)
            try? FileManager.default.removeItem(atPath: folder)
        }.value
    }

    private func sayWhatItLogged() {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        FileHandle.standardError.write(Data("--- the control plane's log, at its end:\n\(text.suffix(6_000))\n".utf8))
    }
}

// MARK: - The control plane's life

extension SwitchyardFixture {
    /// Starts the control plane and waits until it and the proxy answer.
    package func start() async throws {
        let process = try launchProcess()
        try await eventually(within: .seconds(60), "a control plane that answers") {
            guard process.isRunning else {
                throw NeverHappened(description: "'switchyard serve' ended instead of answering; see its log.")
            }
            guard apiProcess == process.pid, let status = try? await client.status(),
                let url = status.traffic.first.flatMap(URL.init(string:))
            else { return false }
            trafficAddress.withLock { $0 = url }
            return true
        }
    }

    /// Starts the control plane where a fault may end it again before it answers.
    package func launch() throws { _ = try launchProcess() }

    private func launchProcess() throws -> ControlPlaneProcess {
        let process = try ControlPlaneProcess(
            command: command(["serve", "--config", configuration, "--state", state]), log: log,
            environment: ["SWITCHYARD_FAULTS": "1"])
        controlPlane.withLock { $0 = process }
        return process
    }

    /// Sends the control plane a signal.
    package func kill(_ signal: Int32) { controlPlane.withLock { $0?.signal(signal) } }

    package var isControlPlaneRunning: Bool { controlPlane.withLock { $0?.isRunning ?? false } }
    package var controlPlanePid: Int32? { controlPlane.withLock { $0?.pid } }

    /// Waits until the control plane has ended, by itself or by a signal.
    package func waitForControlPlaneToEnd() async throws {
        try await eventually(within: .seconds(60), "the end of the control plane") { !isControlPlaneRunning }
    }

    /// Kills the control plane and starts it again with another configuration file.
    package func restart(changing old: String, to new: String) async throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        guard text.contains(old) else { throw NeverHappened(description: "switchyard.yaml has no '\(old)'.") }
        try text.replacing(old, with: new).write(toFile: configuration, atomically: false, encoding: .utf8)
        kill(SIGKILL)
        try await waitForControlPlaneToEnd()
        try await start()
    }

    /// Kills every process of this Switchyard at once, as a power failure does.
    package func losePower() async throws {
        kill(SIGKILL)
        try await StateProcesses.killAll(below: folder)
    }

    /// Arms the fault that ends the control plane once at a boundary of the journal, such as `intent:warm`.
    ///
    /// With `signal` SIGTERM the control plane is told to end there, otherwise it is killed.
    package func arm(_ boundary: String, signal: Int32 = SIGKILL) throws {
        let text = signal == SIGTERM ? "\(boundary) SIGTERM" : boundary
        try text.write(toFile: "\(state)/fault", atomically: true, encoding: .utf8)
    }

    /// Whether the fault is still waiting for its boundary.
    package var isArmed: Bool { FileManager.default.fileExists(atPath: "\(state)/fault") }

    private struct Endpoint: Decodable {
        let url: String
        let pid: Int32
    }

    private var endpoint: Endpoint? {
        FileManager.default.contents(atPath: "\(state)/api.json")
            .flatMap { try? JSONDecoder().decode(Endpoint.self, from: $0) }
    }

    private var apiProcess: Int32? { endpoint?.pid }

    /// Where the API listens: `127.0.0.1:40123`.
    package var apiAddress: String { endpoint?.url.replacing("http://", with: "") ?? "" }

    /// Speaks to the control plane as the command line does.
    package var client: SwitchyardClient {
        get throws {
            let token = try String(contentsOfFile: "\(state)/token", encoding: .utf8)
            guard let endpoint else { throw CocoaError(.fileReadNoSuchFile) }
            return SwitchyardClient(
                url: endpoint.url, token: token.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Where users come in.
    package var traffic: URL {
        get throws {
            guard let url = trafficAddress.withLock({ $0 }) else { throw CocoaError(.fileReadNoSuchFile) }
            return url
        }
    }

    package func environment(_ name: EnvironmentName) -> FixtureEnvironment {
        environments.first { $0.name == name } ?? environments[0]
    }
}
