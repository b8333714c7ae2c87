/// Where Switchyard lies on a machine that it is installed on, and the steps that put it there and take it away.
package struct Installation: Equatable, Sendable {
    package static let state = "/var/lib/switchyard"
    package static let settings = "/etc/switchyard"
    package static let logs = "/var/log/switchyard"
    package static let configuration = "\(settings)/switchyard.yaml"
    /// Its members may read the configuration.
    package static let group = "switchyard"
    /// HAProxy's workers run as this user; the distribution's package brings it along.
    package static let proxyUser = "haproxy"
    /// The environments' users are named `switchyard-ENVIRONMENT`.
    package static let userPrefix = "switchyard-"
    static let unitFolder = "/etc/systemd/system"

    private let units: SystemdUnits

    /// `program` is the path of the switchyard that the units run.
    package init(program: String) {
        units = SystemdUnits(program: program)
    }

    /// Accounts, folders and units, in this order; nothing of it serves users yet.
    package var steps: [InstallationStep] {
        [
            .makeGroup(Self.group),
            .makeUser(Self.proxyUser),
            .makeFolder(path: Self.settings, mode: 0o750, group: Self.group),
            .makeFolder(path: "\(Self.settings)/certificates", mode: 0o700, group: nil),
            // The environments' users pass through it to their releases.
            .makeFolder(path: Self.state, mode: 0o711, group: nil),
            .makeFolder(path: Self.logs, mode: 0o700, group: nil),
            .link(path: "\(Self.state)/logs", target: "../../log/switchyard"),
        ]
            + units.files.map { .write(path: "\(Self.unitFolder)/\($0.name)", text: $0.text, mode: 0o644) }
            + [.enable(units: units.names)]
    }

    /// What brings an installation with a configuration up, or over to this program: users do not notice.
    package var startingSteps: [InstallationStep] {
        [.start(unit: SystemdUnits.tree), .restart(unit: SystemdUnits.controlPlane)]
    }

    /// What takes it all away; configuration, state and logs only with `purging`, with the environments' `users`.
    package func removal(purging: Bool, users: [String] = []) -> [InstallationStep] {
        let away: [InstallationStep] =
            [
                .stop(unit: SystemdUnits.controlPlane), .stop(unit: SystemdUnits.tree),
                .disable(units: units.names),
            ] + units.names.map { .remove(path: "\(Self.unitFolder)/\($0)") }
        guard purging else { return away }
        return away + [Self.state, Self.logs, Self.settings].map { .remove(path: $0) }
            + users.map { .removeUser($0) } + [.removeGroup(Self.group)]
    }

    /// How to start it where no systemd does: the control plane starts the tree, or finds it running.
    package var startCommand: String {
        "\(units.program) serve --config \(Self.configuration) --state \(Self.state)"
    }

    /// How to start the tree alone: application and proxy, as after a boot.
    package var treeCommand: String { "\(units.program) tree --state \(Self.state)" }
}
