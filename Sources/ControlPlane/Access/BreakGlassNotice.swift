import API
import Access
import Audit
import Domain
import DurableFiles
import Foundation
import Logging
import Subprocess
import Synchronization
import SystemPackage

/// Tells everybody who could have approved that somebody acts alone, by the command that the configuration names, and records
/// what ended by time.
///
/// It goes by what the records say and remembers in a file what was delivered, so that a restart loses no notice: one may
/// come twice. What cannot be delivered is tried again, and `problems` says so meanwhile.
actor BreakGlassNotice {
    /// What people are told.
    enum Occasion: String, CaseIterable {
        case started
        case ended
        /// Nobody has reviewed it within a day.
        case overdue
    }

    private let command: [String]
    private let desk: BreakGlassDesk
    private let trail: AuditTrail
    private let logger: Logger
    private let path: String
    private var delivered: Set<String>
    private var fault: String?
    /// Uses whose expiry is recorded, also while their notice can't be delivered.
    private var expiries: Set<String> = []
    private nonisolated let bell = Bell()

    init(command: [String], desk: BreakGlassDesk, path: String, trail: AuditTrail, logger: Logger) {
        self.command = command
        self.desk = desk
        self.path = path
        self.trail = trail
        self.logger = logger
        let text = FileManager.default.contents(atPath: path)
        delivered = text.flatMap { try? JSONDecoder().decode(Set<String>.self, from: $0) } ?? []
    }

    /// Has everything delivered that is not; answers at once.
    nonisolated func wake() { bell.ring() }

    /// Delivers until the task is cancelled.
    func run() async {
        await bell.attend(every: Limits.peopleInterval) { await self.deliverAll(at: Date()) }
    }

    /// What everybody should know of break-glass now, a sentence each.
    func problems(at now: Date) async -> [String] {
        let uses = (try? await desk.uses()) ?? []
        return uses.compactMap { Self.sentence(about: $0, at: now) } + [fault].compactMap(\.self)
    }

    private static func sentence(about use: BreakGlass, at now: Date) -> String? {
        let name = "break-glass: '\(use.account)'"
        switch use.state(at: now) {
        case .active:
            return "\(name) acts alone in \(use.environment) until \(use.expiresAt.formatted(.iso8601)) "
                + "(\(use.incident): \(use.reason))."
        case .awaitingReview:
            return "\(name) acted alone in \(use.environment); somebody without a part in it reviews it until "
                + "\(use.reviewDue.formatted(.iso8601)): 'switchyard break-glass review \(use.id.text)'."
        case .overdue:
            return "\(name) acted alone in \(use.environment) and nobody has reviewed it within a day; break-glass is "
                + "closed for everybody until somebody does."
        case .reviewed: return nil
        }
    }

    private func deliverAll(at now: Date) async {
        guard let uses = try? await desk.uses() else { return }
        var faults: [String] = []
        for use in uses.reversed() {
            for occasion in Occasion.allCases where occasion.isDue(of: use, at: now) {
                let key = "\(use.id.text):\(occasion.rawValue)"
                guard !delivered.contains(key) else { continue }
                if occasion == .ended, use.endedAt == nil { await noteExpiry(of: use) }
                if !command.isEmpty, let fault = await deliver(use, occasion, at: now) {
                    faults.append(fault)
                } else {
                    remember(key, among: uses)
                }
            }
        }
        fault = faults.first.map { "break-glass: nobody could be told by '\(command.first ?? "")': \($0)" }
    }

    /// Its end by time alone is in the record as one by hand is.
    private func noteExpiry(of use: BreakGlass) async {
        let id = use.id.text
        guard expiries.insert(id).inserted else { return }
        var event = AuditEntry(
            .event, .breakGlassExpire, by: .system, at: Date(), target: id, environment: use.environment)
        event.details = ["break_glass": id, "expires": use.expiresAt.formatted(.iso8601)]
        await trail.note(event)
    }

    /// Answers why it was not delivered.
    private func deliver(_ use: BreakGlass, _ occasion: Occasion, at now: Date) async -> String? {
        let fault = await send(Notice(occasion, BreakGlassReport(use, at: now)))
        var event = AuditEntry(
            .event, "break_glass.notice", by: .system, at: Date(), target: use.id.text,
            environment: use.environment, outcome: fault == nil ? .succeeded : .failed)
        event.details = ["occasion": occasion.rawValue, "break_glass": use.id.text]
        await trail.note(event)
        if let fault {
            logger.critical("nobody could be told of break-glass", metadata: ["error": "\(fault)"])
        }
        return fault
    }

    private func remember(_ key: String, among uses: [BreakGlass]) {
        let known = Set(uses.map { $0.id.text })
        delivered = delivered.filter { known.contains(String($0.prefix(36))) }
        delivered.insert(key)
        do {
            try DurableFile.write(JSONEncoder().encode(delivered.sorted()), to: path, mode: 0o600)
        } catch {
            logger.warning("what people were told could not be written down", metadata: ["error": "\(error)"])
        }
    }
}

extension BreakGlassNotice.Occasion {
    fileprivate func isDue(of use: BreakGlass, at now: Date) -> Bool {
        switch self {
        case .started: use.state(at: now) != .reviewed
        case .ended: use.state(at: now) == .awaitingReview || use.state(at: now) == .overdue
        case .overdue: use.state(at: now) == .overdue
        }
    }
}

// MARK: - The command

extension BreakGlassNotice {
    /// What the command reads.
    private struct Notice: Encodable {
        let event: String
        let use: BreakGlassReport

        init(_ occasion: Occasion, _ use: BreakGlassReport) {
            event = "break_glass.\(occasion.rawValue)"
            self.use = use
        }
    }

    private struct TookTooLong: Error, CustomStringConvertible {
        var description: String { "it took longer than \(Limits.noticeTime)" }
    }

    private func send(_ notice: Notice) async -> String? {
        do {
            let text = Array(try WireFormat.encoder.encode(notice))
            return try await withDeadline(Limits.noticeTime, orThrow: TookTooLong()) { [command] in
                try await Self.run(command, reading: text)
            }
        } catch {
            return "\(error)"
        }
    }

    private static func run(_ command: [String], reading text: [UInt8]) async throws -> String? {
        let program: Executable = command[0].contains("/") ? .path(FilePath(command[0])) : .name(command[0])
        let result = try await Subprocess.run(
            program, arguments: Arguments(Array(command.dropFirst())), input: .array(text), output: .discarded,
            error: .string(limit: Limits.noticeBytes))
        guard !result.terminationStatus.isSuccess else { return nil }
        return "it ended with \(result.terminationStatus): \(result.standardError.suffix(200))"
    }
}
