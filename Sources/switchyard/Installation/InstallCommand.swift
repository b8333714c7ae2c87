import API
import ArgumentParser
import Domain
import Foundation
import Installation
import Runtimes
import Settings

/// `switchyard install`
struct InstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Installs Switchyard on this machine: accounts, folders, systemd units; or removes it.",
        discussion: """
            It may be said again at any time: what is so already is left alone. With a configuration in \
            \(Installation.configuration), it also starts the tree and starts the control plane anew; users do not \
            notice. The distribution's own haproxy service is not touched.
            """
    )

    @Flag(help: "Stop Switchyard and remove its units; configuration, state and logs stay.")
    var remove = false
    @Flag(help: "With --remove: also remove configuration, state, logs and accounts.")
    var purge = false
    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false
    @Option(
        help: ArgumentHelp("Install below this root folder (of an image), not into this machine.", valueName: "dir"),
        completion: .directory)
    var root = ""
    @Option(
        help: ArgumentHelp("The switchyard that the units run; this one by default.", valueName: "path"),
        completion: .file())
    var program: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard remove || !purge else { throw ValidationError("'--purge' goes with '--remove'.") }
    }

    func run() async throws {
        let installer = try Installer(root: root)
        let installation = Installation(program: try programPath(root: installer.root))
        var report = InstallationReport(dryRun: dryRun)
        var failure: (any Error)?
        do {
            if remove {
                try await takeAway(installation, with: installer, &report)
            } else {
                try await putInPlace(installation, with: installer, &report)
            }
        } catch {
            failure = error
        }
        // What was done before a failure stays, so it is told.
        if json { try Terminal.sayJSON(report) }
        if let failure { throw failure }
    }

    private func putInPlace(
        _ installation: Installation, with installer: Installer, _ report: inout InstallationReport
    ) async throws {
        let starts = installer.hasConfiguration && installer.isUnderSystemd
        try await carryOut(installation.steps + (starts ? installation.startingSteps : []), with: installer, &report)
        if installer.root.isEmpty { lookWhatIsInTheWay(installer, &report) }
        if dryRun { return }
        if starts { await waitForControlPlane(&report) }
        report.next = next(after: installation, by: installer, report.controlPlane)
        if !json { report.next.forEach(Terminal.say) }
    }

    private func carryOut(
        _ steps: [InstallationStep], with installer: Installer, _ report: inout InstallationReport
    ) async throws {
        for step in steps {
            let outcome = dryRun ? installer.foresee(step) : try await installer.perform(step)
            let told = InstallationReport.Step(step, outcome, isDryRun: dryRun)
            report.steps.append(told)
            if !json { Terminal.say(told.line) }
        }
        if !dryRun { try await installer.finish() }
    }

    private func takeAway(
        _ installation: Installation, with installer: Installer, _ report: inout InstallationReport
    ) async throws {
        if installer.root.isEmpty, !installer.isUnderSystemd, !dryRun {
            let tree = SupervisorTree(folder: Installation.state + "/supervisor")
            guard await !tree.isRunning() else {
                throw CommandExit(
                    .wentWrong,
                    "Switchyard still runs in \(Installation.state): end 'switchyard serve', say 'switchyard down', then "
                        + "remove it. Nothing was changed."
                )
            }
        }
        let users = purge ? installer.accounts.environmentUsers : []
        try await carryOut(installation.removal(purging: purge, users: users), with: installer, &report)
        if purge || dryRun { return }
        report.next = [
            "Kept: \(Installation.settings), \(Installation.state), \(Installation.logs) and the accounts; "
                + "'--remove --purge' removes them too."
        ]
        if !json { report.next.forEach(Terminal.say) }
    }

    /// The path that the units name: without the root folder that this program may have been started from.
    private func programPath(root: String) throws -> String {
        if let program { return program }
        let own = try OwnProgram.path()
        return root.isEmpty || !own.hasPrefix(root + "/") ? own : String(own.dropFirst(root.count))
    }
}

extension InstallCommand {
    /// How long a control plane that was just started may take until it answers.
    private static let patience: Duration = .seconds(30)

    private func lookWhatIsInTheWay(_ installer: Installer, _ report: inout InstallationReport) {
        var addresses = [":80", ":443"]
        if installer.hasConfiguration {
            do {
                let traffic = try installedConfiguration().traffic
                addresses = [traffic.http, traffic.https].compactMap(\.self)
            } catch {
                tell("The installed configuration is not accepted: \(error)", &report)
            }
        }
        let ports = addresses.compactMap { $0.split(separator: ":").last.flatMap { Int($0) } }
        report.occupants = PortOccupant.find(ports: ports)
        for occupant in report.occupants { Terminal.complain(occupant.description) }
    }

    /// As the control plane will read it.
    private func installedConfiguration() throws -> Configuration {
        let variables = try EnvironmentFile.read().variables(startedFrom: ProcessInfo.processInfo.environment)
        return try Configuration.read(file: Installation.configuration, variables: variables)
    }

    /// Tells what is wrong although everything was installed.
    private func tell(_ problem: String, _ report: inout InstallationReport) {
        report.problems.append(problem)
        Terminal.complain(problem)
    }

    /// systemd says that a unit was started, not that it went well.
    private func waitForControlPlane(_ report: inout InstallationReport) async {
        var state = StateOption()
        state.path = Installation.state
        let deadline = ContinuousClock.now + Self.patience
        report.controlPlane = .isSilent
        while report.controlPlane == .isSilent, ContinuousClock.now < deadline {
            if (try? await state.client().status()) != nil { report.controlPlane = .answers }
            try? await Task.sleep(for: .milliseconds(200))
        }
        guard report.controlPlane == .isSilent else { return }
        tell(
            "The units were started, but no control plane answers after \(Self.patience.components.seconds) s; "
                + "'journalctl --unit switchyard' says why. systemd goes on starting it.", &report)
    }

    private func next(
        after installation: Installation, by installer: Installer, _ controlPlane: InstallationReport.ControlPlane?
    ) -> [String] {
        let file = installer.root + Installation.configuration
        let first = installer.hasConfiguration ? [] : ["Put your configuration into \(file)."]
        if installer.isUnderSystemd { return first + [Self.advice(controlPlane)] }
        let place = installer.root.isEmpty ? "systemd does not run here." : "Without systemd in \(installer.root):"
        return first + [
            "\(place) Start control plane and tree with:", "  \(installation.startCommand)",
            "Start the tree alone, as after a boot, with:", "  \(installation.treeCommand)",
        ]
    }

    private static func advice(_ controlPlane: InstallationReport.ControlPlane?) -> String {
        switch controlPlane {
        case .answers: "It runs. See how: switchyard status; journalctl --unit switchyard"
        case .isSilent: "See how it is: systemctl status switchyard switchyard-tree"
        case nil: "Then start it: systemctl start switchyard"
        }
    }
}
