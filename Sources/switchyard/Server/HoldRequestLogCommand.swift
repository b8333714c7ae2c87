import ArgumentParser
import ControlPlane
import Telemetry
import Traffic

/// `switchyard hold-request-log`: a service of the tree that keeps the request log's socket open.
///
/// It outlives the control plane, which it hands the socket to.
struct HoldRequestLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold-request-log",
        abstract: "Keeps the socket of the proxy's request log open; a service of the supervisor tree.",
        shouldDisplay: false)

    @OptionGroup var state: StateOption

    func run() throws {
        let folder = try HAProxyFolder(state.folder.haproxy)
        try LogSocketHolder(
            socket: folder.telemetrySocket, account: HAProxy.workerAccount, desk: folder.telemetryDesk
        ).run()
    }
}
