import API
import ArgumentParser
import Foundation

/// `switchyard audit show [ENTRY]`
struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one entry of the audit record, or how far the record has come.",
        discussion: "That an entry was read is recorded too."
    )

    @Argument(help: "The number of the entry; see 'switchyard audit list'. Without it, the record as a whole.")
    var entry: Int?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        guard let entry else { return try await showRecord() }
        let report = try await state.client().auditEntry(entry)
        if json { return try Terminal.sayJSON(report) }
        AuditText.lines(of: report).forEach(Terminal.say)
    }

    private func showRecord() async throws {
        guard let record = try await state.client().status().record else {
            throw CommandExit(.wentWrong, "The audit record cannot be read; 'switchyard status' says why.")
        }
        if json { return try Terminal.sayJSON(record) }
        AuditText.lines(of: record).forEach(Terminal.say)
    }
}
