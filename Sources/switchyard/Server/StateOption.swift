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

    /// Where the control plane of that folder listens; throws `unreachable` when there is none.
    func endpoint() throws -> String {
        do {
            return try JSONDecoder().decode(Endpoint.self, from: Data(contentsOf: URL(filePath: folder.endpoint))).url
        } catch {
            throw nobody
        }
    }

    /// The machine's own token; throws `unreachable` for whoever may not read it.
    func token() throws -> String {
        do {
            return try String(contentsOfFile: folder.token, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw nobody
        }
    }

    private var nobody: CommandExit {
        CommandExit(
            .unreachable,
            "There is no control plane of \(folder.path) that this user may speak to. Start it with "
                + "'switchyard serve --state \(folder.path)', or name another folder with --state.")
    }

    /// A client by the machine's own token.
    func client() throws -> SwitchyardClient { SwitchyardClient(url: try endpoint(), token: try token()) }
}
