import ArgumentParser
import Audit
import Foundation

/// `switchyard audit verify DIR`
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies an exported audit record, without network, database or control plane.",
        discussion: """
            Checks the signature, hashes every entry again, checks tiles and root, that the record goes on from a \
            checkpoint that you kept (--checkpoint), and what the entries mean: each intent its result, each production \
            deployment its approvals. Without --key the public key in the folder is believed, which a forger may have \
            replaced: keep it elsewhere. Exit codes: 0 all holds; 1 it does not; 2 there is no such record.
            """
    )

    @Argument(help: "The folder of an export.", completion: .directory)
    var folder: String
    @Option(
        help: ArgumentHelp("A checkpoint of this record that was kept elsewhere.", valueName: "file"),
        completion: .file())
    var checkpoint: String?
    @Option(
        help: ArgumentHelp("A file with the public key, kept elsewhere.", valueName: "file"), completion: .file())
    var key: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let report: VerificationReport
        do {
            report = try AuditVerifier.verify(
                folder, trustedKey: try key.map(AuditFiles.key), remembered: try checkpoint.map(AuditFiles.checkpoint),
                now: Date())
        } catch let error as AuditError {
            throw CommandExit(.unusable, "\(error)")
        }
        if json { try Terminal.sayJSON(report) } else { tell(report) }
        guard report.holds else { throw CommandExit(.wentWrong, json ? nil : "The record does not hold.") }
    }

    private func tell(_ report: VerificationReport) {
        for finding in report.findings { Terminal.say("! \(finding.sentence)") }
        if report.findingCount > report.findings.count {
            Terminal.say("! and \(report.findingCount - report.findings.count) more")
        }
        for note in report.notes { Terminal.say("  \(note)") }
        Terminal.say(
            "\(report.rehashed) of \(report.size) entries of \(report.origin) were hashed again; root \(report.root).")
        if report.holds { Terminal.say("All of it holds.") }
    }
}
