import API
import ArgumentParser

/// `switchyard config diff [FILE]`
struct ConfigDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows what a changed configuration would change, key by key, and when that counts.",
        discussion: """
            The file is checked whole, as 'apply' does it; nothing is changed. Defaults count as values; secrets are \
            masked. Exit code 0: nothing differs; 2: something does; 1: the file would be refused.
            """
    )

    @OptionGroup var changed: ConfigurationArgument
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let report = try await state.client().compareConfiguration(changed.request())
        if json { try Terminal.sayJSON(report) } else { tell(report) }
        if !report.differences.isEmpty { throw CommandExit(.differs) }
    }

    private func tell(_ report: ConfigurationReport) {
        if report.differences.isEmpty { return Terminal.say("Nothing differs from the configuration in force.") }
        report.show()
    }
}
