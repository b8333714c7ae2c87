import ArgumentParser
import Migrations

/// `switchyard migration check DIR`
struct MigrationCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads a folder of migrations and says what cannot be run and what its phases forbid.",
        discussion: """
            Parses with the server's own grammar and needs no database. How long a statement would stop whom is \
            measured by 'switchyard migration rehearse'.
            """
    )

    @OptionGroup var folder: MigrationFolderArgument
    @OptionGroup var reporting: ReportingOptions

    func run() throws {
        try reporting.publish(MigrationCheck().check(folder: folder.path))
    }
}
