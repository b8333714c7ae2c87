import ArgumentParser

/// `switchyard audit ...`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Shows, exports and verifies the record of who did what.",
        discussion: """
            Each act is recorded before it is done, and what came of it after. The record is a signed tile log (C2SP \
            tlog-tiles): what was altered, cut off or put in another order does not verify.
            """,
        subcommands: [
            AuditListCommand.self, AuditShowCommand.self, AuditExportCommand.self, AuditVerifyCommand.self,
            AuditCosignCommand.self, AuditAccessCommand.self, AuditEraseCommand.self,
        ]
    )
}
