import ArgumentParser

/// `switchyard secret`
struct SecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Sets the secrets that releases find in their environment; nobody can read them back.",
        discussion: """
            switchyard secret set STRIPE_SECRET_KEY -e production

            A release gets the values that its plan names, at its start; deploy to give users new ones. Values come from a \
            prompt, standard input or a file, never from an argument. 'list' shows fingerprints: equal ones are equal \
            values. What processes print is written without secrets of 6 bytes or more.
            """,
        subcommands: [
            SecretSetCommand.self, SecretListCommand.self, SecretHistoryCommand.self, SecretRemoveCommand.self,
            SecretImportCommand.self, SecretExportCommand.self, SecretRotateCommand.self, SecretRunCommand.self,
        ]
    )
}

/// `switchyard setting`
struct SettingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setting",
        abstract: "Sets variables of releases that are no secrets, in versions.",
        discussion: """
            switchyard setting set LOG_LEVEL=debug -e production

            They win over 'settings' in switchyard.yaml and over the release's own. A release gets the version that its \
            plan names; deploy to give users a new one.
            """,
        subcommands: [
            SettingSetCommand.self, SettingListCommand.self, SettingRemoveCommand.self, SettingDiffCommand.self,
        ]
    )
}
