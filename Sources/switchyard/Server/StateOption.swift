import API
import ArgumentParser
import ControlPlane
import Foundation
import Glibc

/// Which Switchyard is meant: every command takes this.
struct StateOption: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "The state folder of the Switchyard that is meant.",
            discussion: "Without it: $SWITCHYARD_STATE, else /var/lib/switchyard for root and "
                + "~/.local/state/switchyard for others.",
            valueName: "dir"
        )
    )
    var path: String?

    var folder: StateFolder {
        let environment = ProcessInfo.processInfo.environment
        let standard =
            getuid() == 0 ? "/var/lib/switchyard" : "\(environment["HOME"] ?? "")/.local/state/switchyard"
        let chosen = path ?? environment["SWITCHYARD_STATE"] ?? standard
        return StateFolder(path: URL(filePath: chosen).path)
    }

    /// A client for the control plane of that folder; throws `unreachable` when there is none.
    func client() throws -> SwitchyardClient {
        let folder = self.folder
        do {
            let endpoint = try JSONDecoder().decode(
                Endpoint.self, from: Data(contentsOf: URL(filePath: folder.endpoint))
            )
            let token = try String(contentsOfFile: folder.token, encoding: .utf8)
            return SwitchyardClient(
                url: endpoint.url, token: token.trimmingCharacters(in: .whitespacesAndNewlines)
            )
        } catch {
            throw CommandExit(
                .unreachable,
                "There is no control plane of \(folder.path) that this user may speak to. Start it with "
                    + "'switchyard serve --state \(folder.path)', or name another folder with --state."
            )
        }
    }

    private static let pause: Duration = .milliseconds(100)

    /// A client for a control plane that may be starting only now; throws `unreachable` when none answers in time.
    func client(waiting limit: Duration) async throws -> SwitchyardClient {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            do {
                let client = try self.client()
                _ = try await client.environments()
                return client
            } catch let error where CommandExit(error)?.cause == .unreachable {
                try await Task.sleep(for: Self.pause)
            }
        }
        return try client()
    }
}
