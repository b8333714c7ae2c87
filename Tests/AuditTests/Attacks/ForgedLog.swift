import Foundation

@testable import Audit

/// A log of somebody who has the signing key and writes what he likes.
enum ForgedLog {
    /// Signs a log of these entries.
    static func write(_ entries: [[UInt8]], to folder: String, signer: NoteSigningKey) throws {
        var writer = try LogWriter(opening: folder, signer: signer)
        writer.unfolded = entries.map { DurableEntry($0) }
        _ = try writer.fold()
    }

    /// The entries of a log, as they stand there.
    static func entries(of folder: String) throws -> [[UInt8]] {
        let reader = try AuditReader(folder: folder)
        return try (0..<(reader.checkpoint.size + 255) / 256).flatMap { index in
            let bundle = try reader.bundle(index)
            let width = TilePath.width(.entries, index: index, inTreeOf: reader.checkpoint.size)
            return bundle.withUnsafeBytes { buffer in
                EntryBundle.ranges(in: buffer, count: width)!.map { Array(buffer[$0]) }
            }
        }
    }

    /// Writes entries as they would be recorded, numbered from 0.
    static func canonical(_ entries: [AuditEntry], keys: SubjectKeys) throws -> [[UInt8]] {
        try entries.enumerated().map { try CanonicalEntry(SealedEntry($1, keys: keys)).bytes(sequence: $0) }
    }
}
