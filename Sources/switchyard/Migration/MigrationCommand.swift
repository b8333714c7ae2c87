import ArgumentParser

/// `switchyard migration ...`
struct MigrationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migration",
        abstract: "Checks, rehearses and applies changes of a database's schema; needs no control plane.",
        discussion: """
            Exit codes: 0 done, or nothing dangerous; 1 dangerous, or the database refused or did not answer; \
            2 the input cannot be used (the folder, a file, the URL, the server's version, the role's rights), or \
            no rehearsal took place; 64 wrong arguments.
            """,
        subcommands: [
            MigrationNewCommand.self,
            MigrationCaptureCommand.self,
            MigrationCheckCommand.self,
            MigrationRehearseCommand.self,
            MigrationPlanCommand.self,
            MigrationApplyCommand.self,
            MigrationRevertCommand.self,
            MigrationStatusCommand.self,
            MigrationHistoryCommand.self,
            MigrationBaselineCommand.self,
            MigrationAcceptCommand.self,
        ]
    )
}
