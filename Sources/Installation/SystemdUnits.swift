/// The systemd units: the tree, which serves users, and the control plane, which may come and go.
struct SystemdUnits: Equatable, Sendable {
    static let tree = "switchyard-tree.service"
    static let controlPlane = "switchyard.service"

    let program: String

    var names: [String] { files.map(\.name) }
    var files: [(name: String, text: String)] {
        [(Self.tree, treeText), (Self.controlPlane, controlPlaneText)]
    }

    /// What root still may do in the units: be another user, own and read files, bind ports 80 and 443 (HAProxy does
    /// so as root and then becomes `haproxy`), raise limits and priorities, see and end processes.
    private static let capabilities = [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
        "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID", "CAP_SYS_NICE", "CAP_SYS_PTRACE",
        "CAP_SYS_RESOURCE",
    ].joined(separator: " ")

    private static let notice = """
        # Written by 'switchyard install', which writes it again. Changes belong into a drop-in: systemctl edit
        """

    /// `KillMode=process`: when runsvdir alone ends, application and proxy go on below the supervisors that they have.
    /// 111 is how runsvdir ends when `switchyard down` asked for it; only that keeps it down.
    private var treeText: String {
        """
        \(Self.notice) \(Self.tree)
        [Unit]
        Description=Switchyard's supervisor tree: application, proxy and embedded database
        After=network-online.target postgresql.service
        Wants=network-online.target
        RequiresMountsFor=\(Installation.state) \(Installation.logs)

        [Service]
        Type=exec
        ExecStart=\(program) tree --state \(Installation.state)
        ExecStop=\(program) down --state \(Installation.state) --deadline 40
        TimeoutStopSec=90
        KillMode=process
        Restart=always
        RestartSec=1
        RestartPreventExitStatus=111
        SuccessExitStatus=111
        # One process that takes too much memory must not take the others with it.
        OOMPolicy=continue
        Delegate=yes
        TasksMax=infinity
        LimitNOFILE=1048576
        LimitCORE=0
        CapabilityBoundingSet=\(Self.capabilities)

        [Install]
        WantedBy=multi-user.target

        """
    }

    private var controlPlaneText: String {
        """
        \(Self.notice) \(Self.controlPlane)
        [Unit]
        Description=Switchyard's control plane
        After=network-online.target postgresql.service \(Self.tree)
        Wants=network-online.target
        Requires=\(Self.tree)
        RequiresMountsFor=\(Installation.state) \(Installation.logs)
        ConditionPathExists=\(Installation.configuration)

        [Service]
        Type=exec
        # Variables that the configuration names, such as passwords: NAME=value, a line each.
        EnvironmentFile=-\(Installation.settings)/environment
        ExecStart=\(program) serve --config \(Installation.configuration) --state \(Installation.state)
        KillMode=process
        TimeoutStopSec=60
        Restart=always
        RestartSec=2
        OOMPolicy=continue
        LimitNOFILE=1048576
        LimitCORE=0
        CapabilityBoundingSet=\(Self.capabilities)

        [Install]
        WantedBy=multi-user.target

        """
    }
}
