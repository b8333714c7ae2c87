import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Audit

/// A log with key, persons' keys and spool in a folder of its own, and a clock that a test moves.
struct AuditPlace: Sendable {
    static let origin = "switchyard.example/audit"
    /// When things happen unless a test says otherwise.
    static let noon = Date(timeIntervalSince1970: 1_795_000_000)

    let folder: String
    let signer: NoteSigningKey
    let keys: SubjectKeys
    let spool: AuditSpool
    private let time: Clock

    private final class Clock: Sendable {
        let now = Mutex(AuditPlace.noon)
    }

    /// Makes the place; `log` and `safe` say where the log and everything else lie.
    init(log: String, safe: String) throws {
        folder = log
        signer = try .openOrMake(path: "\(safe)/log.key", name: Self.origin)
        keys = try SubjectKeys(folder: "\(safe)/subjects")
        spool = try AuditSpool(path: "\(safe)/spool")
        time = Clock()
    }

    static func with<Value>(_ body: (AuditPlace, String) async throws -> Value) async throws -> Value {
        try await withTemporaryFolder { folder in
            try await body(AuditPlace(log: "\(folder)/log", safe: folder), folder)
        }
    }

    var now: Date { time.now.withLock(\.self) }
    func move(to date: Date) { time.now.withLock { $0 = date } }

    func open(journalBytes: Int? = nil) throws -> AuditLog {
        try AuditLog(folder: folder, signer: signer, keys: keys, spool: spool, journalBytes: journalBytes) {
            [time] in time.now.withLock(\.self)
        }
    }

    /// Opens the log for as long as the body takes.
    @discardableResult
    func logging<Value>(journalBytes: Int? = nil, _ body: (AuditLog) async throws -> Value) async throws -> Value {
        let log = try open(journalBytes: journalBytes)
        let value = try await body(log)
        try await log.close()
        return value
    }

    func verify(
        _ other: String? = nil, remembered: SignedCheckpoint? = nil, at date: Date? = nil
    ) throws -> VerificationReport {
        try AuditVerifier.verify(
            other ?? folder, trustedKey: signer.verifierKey, remembered: remembered, now: date ?? now)
    }

    func checkpoint() throws -> SignedCheckpoint { try #require(try LogFiles(folder: folder).checkpoint()) }
}

extension AuditEntry {
    /// An event of a person, numbered.
    static func sample(_ number: Int, phase: Phase = .event, at date: Date = AuditPlace.noon) -> AuditEntry {
        var entry = AuditEntry(
            phase, "release.upload",
            by: AuditActor(id: "person-\(number % 3)", name: "Dana Dispatch", address: "10.0.0.7"),
            at: date, target: "freightops@1.0.\(number)")
        entry.details = ["id": String(number)]
        return entry
    }
}

extension AuditLog {
    /// Records so many events at once.
    func append(count: Int, from first: Int = 0) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in first..<first + count { group.addTask { _ = try await self.append(.sample(number)) } }
            try await group.waitForAll()
        }
    }
}
