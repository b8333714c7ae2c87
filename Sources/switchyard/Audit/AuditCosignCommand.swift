import ArgumentParser
import Audit
import ControlPlane
import DurableFiles
import Foundation

/// `switchyard audit cosign URL`
struct AuditCosignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cosign",
        abstract: "Has a witness cosign how far the record has come, if it continues what the witness has seen.",
        discussion: """
            'audit.witness' in switchyard.yaml has it done regularly; this is for between two times, and for another \
            witness. The cosigned checkpoint is kept in the state folder as audit/cosigned; a copy elsewhere is what \
            'audit verify --checkpoint' takes. Exit codes: 0 cosigned; 1 the witness refuses, which means that the record \
            was altered or put back, or is not one that it watches; 2 there is no record; 6 the witness does not answer.
            """
    )

    @Argument(help: "Where the witness answers, such as https://witness.example.com.")
    var url: String
    @Option(help: ArgumentHelp("A file with the witness' public key.", valueName: "file"), completion: .file())
    var key: String
    @OptionGroup var state: StateOption

    func run() async throws {
        do {
            let key = try AuditFiles.key(key)
            let kept = AuditPlace.cosigned(in: state.folder)
            let before = FileManager.default.fileExists(atPath: kept) ? try AuditFiles.checkpoint(kept).size : 0
            let cosigned = try await WitnessClient(url: url, key: key)
                .cosign(log: AuditPlace.log(in: state.folder), after: before)
            try DurableFile.write(cosigned.description, to: kept, mode: 0o600)
            Terminal.say("\(key.name) has cosigned \(cosigned.size) entries of \(cosigned.origin).")
        } catch let fault as WitnessFault {
            if case .away = fault { throw CommandExit(.unreachable, "\(fault)") }
            throw CommandExit(.wentWrong, "\(fault)")
        } catch let error as AuditError {
            throw CommandExit(.unusable, "\(error)")
        }
    }
}
