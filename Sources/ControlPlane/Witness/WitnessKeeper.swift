import API
import Audit
import Domain
import DurableFiles
import Foundation
import Logging
import ServiceLifecycle

/// Has the configured witness cosign the record regularly, keeps what it cosigned, and says when it does not.
actor WitnessKeeper: ServiceLifecycle.Service {
    private let settings: WitnessSettings
    private let key: VerifierKey
    private let client: WitnessClient
    private let trail: AuditTrail
    private let logger: Logger
    private let began: Date
    private var fault: WitnessFault?
    /// What was cosigned last, here or by `switchyard audit cosign`, at any time.
    private var kept: SignedCheckpoint?

    /// Throws `ControlPlaneError.invalidParameter` where the key is none of a witness.
    init(_ settings: WitnessSettings, trail: AuditTrail, logger: Logger, now: Date = Date()) throws {
        self.settings = settings
        key = try Self.key(of: settings)
        client = WitnessClient(url: settings.url, key: key)
        self.trail = trail
        self.logger = logger
        began = now
        kept = trail.cosigned
    }

    /// The key of a configuration; throws where it is none.
    static func key(of settings: WitnessSettings) throws(ControlPlaneError) -> VerifierKey {
        guard let key = VerifierKey(settings.publicKey), key.algorithm == .cosignature else {
            throw .invalidParameter(
                name: "audit.witness.public_key", value: settings.publicKey,
                expected: "what 'switchyard witness' says at its start: name+hash+key")
        }
        return key
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.ask()
                let pause = self.settings.everySeconds
                let isAway = await self.fault.map { !$0.isInconsistent } ?? false
                try? await Task.sleep(for: .seconds(isAway ? min(pause, Limits.witnessRetrySeconds) : pause))
            }
        }
    }

    /// Asks once.
    func ask() async {
        do {
            // What is in the journal alone is brought into the checkpoint before.
            _ = try await trail.checkpoint()
            kept = trail.cosigned
            let cosigned = try await client.cosign(log: trail.logFolder, after: kept?.size ?? 0)
            try trail.keep(cosigned: cosigned)
            kept = cosigned
            if fault != nil { logger.info("the witness has cosigned again", metadata: ["entries": "\(cosigned.size)"]) }
            fault = nil
        } catch let new as WitnessFault {
            if new != fault {
                logger.log(
                    level: new.isInconsistent ? .critical : .warning, "the witness has not cosigned the record",
                    metadata: ["error": "\(new)"])
            }
            fault = new
        } catch {
            // The record's own state is told of elsewhere.
            guard !Task.isCancelled else { return }
            logger.error("the witness cannot be asked", metadata: ["error": "\(error)"])
        }
    }

    /// What is wrong, in a sentence; nil when all is well, or when the witness is away for a short time only.
    func problem(now: Date) -> String? {
        switch fault {
        case nil: return nil
        case .away?:
            let patience = max(settings.everySeconds * 3, Limits.witnessPatienceSeconds)
            guard now.timeIntervalSince(max(began, lastTime ?? began)) > patience, let fault else { return nil }
            let since = lastTime.map { "since \($0.formatted(.iso8601))" } ?? "yet"
            return "\(fault) It has cosigned nothing \(since): until it does, a record that is put back can't be told."
        case let fault?: return "\(fault)"
        }
    }

    /// How far the record is cosigned.
    var report: WitnessReport {
        WitnessReport(name: key.name, url: settings.url, entries: kept?.size, at: lastTime)
    }

    private var lastTime: Date? { kept?.time(ofCosignatureBy: key) }
}
