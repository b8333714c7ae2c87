import ArgumentParser
import ControlPlane

/// The command line of Switchyard: a folder per noun, a file per command.
@main
struct Switchyard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchyard",
        abstract: "Takes a web application's releases to its users, and takes them back when they hurt.",
        discussion: """
            Start with 'switchyard demo', which needs no configuration, or with 'switchyard init' in your \
            application's folder. Exit codes: 0 done; 1 went wrong; \
            2 the configuration differs (config diff), or the input cannot be used (migration, verdict, audit); \
            3 the deployment failed, and no user saw it unless the reason says so; 4 the release was taken back; \
            5 another deployment \
            holds the environment; 6 no control plane answers; 7 left running; 8 there is no way back; \
            9 not found; 10 nobody is signed in, or they may not; 64 wrong arguments; 'run' ends with its command's.
            """,
        version: SwitchyardVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Beginning",
                subcommands: [InitCommand.self, DoctorCommand.self]
            ),
            CommandGroup(
                name: "Releases",
                subcommands: [ReleaseCommand.self]
            ),
            CommandGroup(
                name: "Deployments",
                subcommands: [
                    DeployCommand.self, RequestsCommand.self, ApproveCommand.self, RejectCommand.self,
                    PromoteCommand.self,
                    RollbackCommand.self, HistoryCommand.self, VerdictCommand.self,
                ]
            ),
            CommandGroup(
                name: "Schema changes",
                subcommands: [MigrationCommand.self, ContractCommand.self]
            ),
            CommandGroup(
                name: "Environments",
                subcommands: [
                    StatusCommand.self, EnvironmentCommand.self, LogsCommand.self, RunCommand.self,
                    MaintenanceCommand.self, FreezeCommand.self,
                ]
            ),
            CommandGroup(
                name: "Settings and secrets",
                subcommands: [SecretCommand.self, SettingCommand.self]
            ),
            CommandGroup(
                name: "People",
                subcommands: [
                    LoginCommand.self, LogoutCommand.self, WhoamiCommand.self, AccountCommand.self, TokenCommand.self,
                    BreakGlassCommand.self, VPNCommand.self,
                ]
            ),
            CommandGroup(
                name: "The record",
                subcommands: [AuditCommand.self, WitnessCommand.self]
            ),
            CommandGroup(
                name: "Running Switchyard",
                subcommands: [
                    ServeCommand.self, ConfigCommand.self, TreeCommand.self, DownCommand.self, InstallCommand.self,
                    DemoCommand.self, IsolateCommand.self, HoldRequestLogCommand.self,
                    DeliverCommand.self, RedactCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            leave(because: error)
        }
    }

    /// Whether `--json` was said to Switchyard, not to a command that it runs.
    private static var isJSONWanted: Bool { CommandLine.arguments.prefix { $0 != "--" }.contains("--json") }

    /// Ends the process with the code that stands for the error, after one sentence on standard error.
    private static func leave(because error: any Error) -> Never {
        guard let code = CommandExit(error) else { exit(withError: error) }
        if isJSONWanted, let refusal = code.refusal {
            Terminal.complainJSON(refusal)
        } else if let sentence = code.sentence {
            Terminal.complain(sentence)
        }
        exit(withError: ExitCode(code.status))
    }
}
