import Crypto
import DurableFiles
package import Foundation
import Glibc
import Synchronization

/// Keeps the last checkpoint of each log that it knows, and cosigns the next one only if it continues that.
///
/// The logic of C2SP's tlog-witness without its HTTP. It belongs on another host, or at least to another account, than
/// the log: whoever can replace the log by an older or another one must not be able to replace what is remembered here.
package final class Witness: Sendable {
    /// What is answered to `add-checkpoint`.
    package enum Answer: Equatable, Sendable {
        /// 200, with the lines to add below the checkpoint.
        case cosigned(String)
        /// 400: no request, or an old size beyond the checkpoint's.
        case malformed
        /// 403: no signature of a key that is trusted for the log.
        case untrusted
        /// 404: no log of that origin is known.
        case unknownLog
        /// 409: the size that was cosigned last is another one.
        case outdated(size: Int)
        /// 409: another tree of the size that was cosigned last; the log has two faces.
        case forked(size: Int)
        /// 422: the proof does not show that the log only grew.
        case unproven

        package var status: Int {
            switch self {
            case .cosigned: 200
            case .malformed: 400
            case .untrusted: 403
            case .unknownLog: 404
            case .outdated, .forked: 409
            case .unproven: 422
            }
        }

        /// The body of the answer; for 409 of type `text/x.tlog.size`.
        package var body: String {
            switch self {
            case .cosigned(let lines): lines
            case .outdated(let size), .forked(let size): "\(size)\n"
            case .malformed, .untrusted, .unknownLog, .unproven: ""
            }
        }
    }

    private let folder: String
    private let key: NoteSigningKey
    private let logs: [VerifierKey]
    private let turn = Mutex(())
    private let lock: FolderLock

    /// Opens the witness' folder for these logs, with a key made for cosignatures.
    ///
    /// Throws `AuditError.writerElsewhere` while another process has the folder.
    package init(folder: String, key: NoteSigningKey, logs: [VerifierKey]) throws {
        precondition(key.verifierKey.algorithm == .cosignature, "A witness signs with a key for cosignatures.")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        lock = try FolderLock(folder: folder)
        self.folder = folder
        self.key = key
        self.logs = logs
    }

    /// The key with which its cosignatures are checked.
    package var verifierKey: VerifierKey { key.verifierKey }

    /// The checkpoint that was cosigned last.
    package func lastCheckpoint(ofLog origin: String) throws -> SignedCheckpoint? {
        guard let bytes = try LogFiles.bytes(at: path(of: origin)) else { return nil }
        return try SignedCheckpoint(String(decoding: bytes, as: UTF8.self))
    }

    /// Answers the body of one `add-checkpoint`; what it cosigns is durable before.
    ///
    /// Throws `AuditError.file` when that can't be made durable (answer 500).
    package func addCheckpoint(_ body: String, now: Date) throws -> Answer {
        guard let request = WitnessRequest(body: body) else { return .malformed }
        let new = request.checkpoint
        let keys = logs.filter { $0.name == new.origin }
        guard !keys.isEmpty else { return .unknownLog }
        guard keys.contains(where: new.isSigned(by:)) else { return .untrusted }
        guard request.oldSize <= new.size else { return .malformed }
        return try turn.withLock { _ in try take(request, now: now) }
    }

    private func take(_ request: WitnessRequest, now: Date) throws -> Answer {
        let new = request.checkpoint
        let last = try lastCheckpoint(ofLog: new.origin)
        let lastSize = last?.size ?? 0
        guard request.oldSize == lastSize else { return .outdated(size: lastSize) }
        let old = (size: lastSize, root: last?.root ?? .empty)
        if new.size == old.size, new.root != old.root { return .forked(size: lastSize) }
        guard ConsistencyProof.holds(request.proof, from: old, to: (new.size, new.root)) else { return .unproven }
        let cosignature = try Cosignature(of: new.text, at: UInt64(max(0, now.timeIntervalSince1970)), by: key)
        try AuditError.wrapping { try DurableFile.write(new.description, to: path(of: new.origin), mode: 0o600) }
        return .cosigned(cosignature.line(of: key.verifierKey))
    }

    private func path(of origin: String) -> String {
        "\(folder)/\(Hexadecimal.text(SHA256.hash(data: Data(origin.utf8)).prefix(16))).checkpoint"
    }
}
