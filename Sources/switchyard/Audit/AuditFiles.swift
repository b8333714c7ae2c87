import Audit
import Foundation

/// What commands read from files beside a record.
enum AuditFiles {
    static func key(_ path: String) throws -> VerifierKey {
        guard let key = VerifierKey(try text(path)) else {
            throw CommandExit(.unusable, "\(path) holds no public key of a record or witness: name+hash+key.")
        }
        return key
    }

    static func checkpoint(_ path: String) throws -> SignedCheckpoint { try SignedCheckpoint(text(path)) }

    private static func text(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandExit(.unusable, "There is no readable file \(path).")
        }
    }
}
