import ArgumentParser
import AsyncHTTPClient
import Audit
import ControlPlane
import DurableFiles
import Foundation
import NIOCore
import NIOHTTP1

/// `switchyard audit cosign URL`
struct AuditCosignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cosign",
        abstract: "Has a witness cosign how far the record has come, if it continues what the witness has seen.",
        discussion: """
            Say it regularly, from a timer: between two times nobody but you can tell a record that was put back. The \
            cosigned checkpoint is kept in the state folder as audit/cosigned; a copy elsewhere is what 'audit verify \
            --checkpoint' takes. Exit codes: 0 cosigned; 1 the witness refuses, which means that the record was altered \
            or put back, or is not one that it watches; 2 there is no record; 6 the witness does not answer.
            """
    )

    @Argument(help: "Where the witness answers, such as https://witness.example.com.")
    var url: String
    @Option(help: ArgumentHelp("A file with the witness' public key.", valueName: "file"), completion: .file())
    var key: String
    @OptionGroup var state: StateOption

    private static let deadline: TimeAmount = .seconds(10)
    private static let mostBytes = 65_536

    func run() async throws {
        do {
            let key = try AuditFiles.key(key)
            let log = AuditPlace.log(in: state.folder)
            let kept = "\(state.folder.audit)/cosigned"
            let before = FileManager.default.fileExists(atPath: kept) ? try AuditFiles.checkpoint(kept).size : 0
            let cosigned = try await ask(from: before, log, key)
            try DurableFile.write(cosigned.description, to: kept, mode: 0o600)
            Terminal.say("\(key.name) has cosigned \(cosigned.size) entries of \(cosigned.origin).")
        } catch let error as AuditError {
            throw CommandExit(.unusable, "\(error)")
        }
    }

    /// Asks; once more where the witness has seen another size than we thought.
    private func ask(from oldSize: Int, _ log: String, _ key: VerifierKey) async throws -> SignedCheckpoint {
        let request = try WitnessRequest(oldSize: oldSize, logFolder: log)
        guard oldSize <= request.checkpoint.size else {
            throw CommandExit(
                .wentWrong,
                "The witness has cosigned \(oldSize) entries, and the record has \(request.checkpoint.size): entries were taken "
                    + "away, or an older record was put in its place.")
        }
        let (status, body) = try await send(request.body)
        switch status {
        case 200:
            let cosigned = try request.checkpoint.adding(signatureLines: body)
            guard cosigned.isSigned(by: key) else {
                throw CommandExit(.wentWrong, "What \(url) answered is not signed with the key of '--key'.")
            }
            return cosigned
        case 409:
            guard let size = Int(body.trimmingCharacters(in: .newlines)), size != oldSize else {
                throw CommandExit(
                    .wentWrong,
                    "The witness has seen another record of the same length: this one was altered. Keep its folder as "
                        + "evidence, and run 'switchyard audit verify' on an export.")
            }
            return try await ask(from: size, log, key)
        case 422:
            throw CommandExit(
                .wentWrong, "The record does not continue the one that the witness has seen: it was altered.")
        case 403, 404:
            throw CommandExit(
                .wentWrong, "The witness does not watch this record: start it with '--log' and the record's public key."
            )
        default:
            throw CommandExit(.wentWrong, "The witness answered \(status) to what it was asked.")
        }
    }

    private func send(_ body: String) async throws -> (status: Int, body: String) {
        do {
            var request = HTTPClientRequest(url: "\(url)/add-checkpoint")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
            let response = try await HTTPClient.shared.execute(request, timeout: Self.deadline)
            return (
                Int(response.status.code), String(buffer: try await response.body.collect(upTo: Self.mostBytes))
            )
        } catch {
            throw CommandExit(.unreachable, "The witness at \(url) does not answer: \(error).")
        }
    }
}
