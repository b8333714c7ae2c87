import API
import ArgumentParser

/// `switchyard audit show ENTRY`
struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one entry of the audit record; that it was read is recorded too."
    )

    @Argument(help: "The number of the entry; see 'switchyard audit list'.")
    var entry: Int
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let report = try await state.client().auditEntry(entry)
        if json { return try Terminal.sayJSON(report) }
        AuditText.lines(of: report).forEach(Terminal.say)
    }
}
