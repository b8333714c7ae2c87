import ArgumentParser
import Audit
import Foundation

/// `BenchmarkDriver audit`: what it takes to record durably, and to verify what was recorded.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Measures the audit log.",
        subcommands: [RecordCommand.self, VerifyCommand.self, RecordUntilKilledCommand.self])
}

/// The audit log of a measurement, in a folder of its own.
struct MeasuredLog: ParsableArguments {
    @Option(help: "Where log, key and spool lie.")
    var folder: String
    @Option(help: "Tasks that append at once.")
    var writers = 100
    @Option(help: "Bytes after which a new journal is begun.")
    var journalBytes: Int?

    static let origin = "switchyard.example/audit"

    var logFolder: String { "\(folder)/log" }

    func open() throws -> AuditLog {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try AuditLog(
            folder: logFolder, signer: .openOrMake(path: "\(folder)/log.key", name: Self.origin),
            keys: SubjectKeys(folder: "\(folder)/subjects"), spool: AuditSpool(path: "\(folder)/spool"),
            journalBytes: journalBytes)
    }

    /// An entry as a control plane records them, about 550 bytes.
    static func entry(_ phase: AuditEntry.Phase, number: Int, writer: Int) -> AuditEntry {
        let actor = AuditActor(
            id: "person-\(writer % 20)", name: "Dana Dispatch \(writer % 20)", address: "10.20.0.\(writer % 20)",
            authentication: "oidc")
        var entry = AuditEntry(
            phase, "release.upload", by: actor, at: Date(), target: "freightops@1.4.\(number % 1_000)",
            outcome: phase == .intent ? nil : .succeeded)
        entry.plan = "6f1c0a4c2d9f4f0f8d53a64b4a4d4a3f6f1c0a4c2d9f4f0f8d53a64b4a4d4a3f"
        entry.trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        entry.details = ["id": "\(writer)-\(number)", "size": "48211002"]
        return entry
    }
}
