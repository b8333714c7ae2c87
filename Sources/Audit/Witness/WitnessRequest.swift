import Foundation

/// What a log asks a witness: to cosign a checkpoint, given the proof that it continues the last one.
///
/// The body of `add-checkpoint` in C2SP's tlog-witness, as the log writes and the witness reads it.
package struct WitnessRequest: Equatable, Sendable {
    /// The size of the checkpoint that the witness cosigned last, as the log knows it; 0 for none.
    package let oldSize: Int
    package let proof: [TreeHash]
    package let checkpoint: SignedCheckpoint

    /// Asks for the newest checkpoint of a log, from the log's files.
    ///
    /// Where `oldSize` is not what the witness has, it answers with its own (409), from which to ask again. Throws
    /// `AuditError.missing` where the proof needs a tile that was pruned.
    package init(oldSize: Int, logFolder: String) throws {
        guard let newest = try LogFiles(folder: logFolder).checkpoint() else {
            throw AuditError.noLog(folder: logFolder)
        }
        var tree = TreeReader(folder: logFolder, size: newest.size)
        self.oldSize = oldSize
        proof = try tree.consistencyProof(from: oldSize)
        checkpoint = newest
    }

    /// Reads a body; nil when it has not the form.
    package init?(body: String) {
        guard body.utf8.count <= Limits.checkpointBytes + Limits.proofLines * 64, let gap = body.range(of: "\n\n")
        else {
            return nil
        }
        let lines = body[..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix("old "), let size = Int(first.dropFirst(4)), size >= 0,
            first == "old \(size)", lines.count - 1 <= Limits.proofLines,
            let checkpoint = try? SignedCheckpoint(String(body[gap.upperBound...]))
        else { return nil }
        let proof = lines.dropFirst().compactMap { TreeHash(base64: String($0)) }
        guard proof.count == lines.count - 1 else { return nil }
        oldSize = size
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// The text to send.
    package var body: String {
        (["old \(oldSize)"] + proof.map(\.base64) + ["", checkpoint.description]).joined(separator: "\n")
    }
}
