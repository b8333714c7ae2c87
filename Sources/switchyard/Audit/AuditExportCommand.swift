import API
import ArgumentParser
import Audit
import ControlPlane
import Foundation

/// `switchyard audit export DIR`
struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Copies the audit record into a new folder: tiles, checkpoint, public key.",
        discussion: """
            That it was exported is recorded first. Where no control plane answers, what was recorded until it ended is \
            copied, and the export itself is recorded by nobody. 'switchyard audit verify' needs nothing but the folder. \
            Names and addresses of people stay sealed in it.
            """
    )

    @Argument(help: "A folder that is new or empty.", completion: .directory)
    var folder: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        guard try state.isLocal() else {
            throw CommandExit(
                .unusable,
                "The record is exported where it lies: run this on the control plane's machine, with --state.")
        }
        do {
            _ = try await state.client().exportAudit(requestedBy: Requester.name)
        } catch let error where CommandExit(error)?.cause == .unreachable {
            Terminal.complain("No control plane answers, so this export is not recorded.")
        }
        do {
            let copied = try AuditExport.export(to: folder, from: AuditPlace.log(in: state.folder))
            if json { return try Terminal.sayJSON(copied) }
            Terminal.say(
                "\(copied.entries) entries in \(copied.files) files are in \(folder); check them with "
                    + "'switchyard audit verify \(folder)'.")
        } catch let error as AuditError {
            throw CommandExit(.unusable, "\(error)")
        }
    }
}
