import API
import Domain
import DurableFiles
import Foundation
import Logging

/// The configuration in force, and how another one takes its place.
///
/// A change is checked whole while the old one is in force. Then the parts of the control plane hand over as at its
/// end and are made anew, in the same process; where that fails, the configuration before is in force again.
actor ConfigurationKeeper {
    /// A configuration with the text that it was read from.
    private struct Version {
        var configuration: Domain.Configuration
        var text: String
    }

    /// What is gone back to while a change has not proved itself.
    private struct WayBack {
        var version: Version
        /// What the file said before it was replaced; nil where it was not.
        var fileText: String?
        /// Whether the proxy was at fault already.
        var proxyFault: String?
    }

    private let file: ConfigurationFile
    private let folder: StateFolder
    private let logger: Logger
    private var version: Version
    private var record: ConfigurationRecord
    private var trial: ConfigurationTrial?
    private var wayBack: WayBack?
    /// Whether the configuration before is being put in force again, and its parts are not up yet.
    private var isReturning = false
    private var isApplying = false
    private var wantsTurn = false
    private var turn: AsyncStream<Void>.Continuation?

    /// Reads the file; throws everything that is wrong with it.
    init(file: ConfigurationFile, folder: StateFolder, logger: Logger) throws {
        self.file = file
        self.folder = folder
        self.logger = logger
        let text = try file.text()
        version = try Version(configuration: file.parse(text), text: text)
        record = ConfigurationRecord(path: folder.configurationRecord)
    }

    var inForce: Domain.Configuration { version.configuration }

    func report(
        _ differences: [ConfigurationDifference] = [], warnings: [String] = []
    ) -> ConfigurationReport {
        var change = record.newest
        // The parts that are just ending must not say that the configuration before is in force again.
        if isReturning {
            change?.outcome = nil
            change?.reason = nil
        }
        return ConfigurationReport(
            file: file.path, differences: differences, lastChange: change, warnings: warnings.isEmpty ? nil : warnings)
    }

    /// What a configuration would change; throws why it cannot be applied.
    func compare(_ request: ConfigurationRequest) async throws -> ConfigurationReport {
        let examined = try await examine(request)
        return report(examined.differences, warnings: examined.warnings)
    }

    private func examine(_ request: ConfigurationRequest) async throws -> (
        version: Version, differences: [ConfigurationDifference], warnings: [String]
    ) {
        guard let trial else { throw ControlPlaneError.configurationBusy }
        let text = try request.text ?? file.text()
        let new = try Version(configuration: file.parse(text, named: request.file), text: text)
        let differences = ConfigurationDifference.between(version.configuration, new.configuration)
        guard !differences.isEmpty else { return (new, [], []) }
        return (new, differences, try await trial.check(new.configuration, after: version.configuration))
    }
}

// MARK: - Applying

extension ConfigurationKeeper {
    /// Takes a configuration that is right in everything, and gives the control plane's parts their turn to follow.
    ///
    /// Throws `guardedSettings` where it changes a key that `isGuarded`.
    func apply(
        _ request: ConfigurationRequest, unless isGuarded: @Sendable (_ key: String) -> Bool
    ) async throws -> ConfigurationReport {
        guard !isApplying, wayBack == nil else { throw ControlPlaneError.configurationBusy }
        isApplying = true
        defer { isApplying = false }
        let (new, differences, warnings) = try await examine(request)
        let guarded = differences.map(\.key).filter(isGuarded)
        guard guarded.isEmpty else { throw ControlPlaneError.guardedSettings(guarded) }
        let fileText = try request.text == nil ? nil : file.text()
        let proxyFault = await trial?.infrastructure.proxyFault
        if let fileText, fileText != new.text { try file.replace(with: new.text) }
        guard !differences.isEmpty else { return report() }
        let change = ConfigurationChange(
            number: (record.newest?.number ?? 0) + 1, requestedBy: request.requestedBy ?? "somebody",
            createdAt: Date(), differences: differences)
        let wayBack = WayBack(version: version, fileText: fileText, proxyFault: proxyFault)
        do {
            try DurableFile.write(version.text, to: folder.previousConfiguration, mode: 0o600)
            try record.note(change)
        } catch {
            restoreFile(wayBack)
            throw error
        }
        self.wayBack = wayBack
        version = new
        logger.notice(
            "the configuration changes",
            metadata: ["by": "\(change.requestedBy)", "keys": "\(differences.map(\.key).joined(separator: " "))"])
        for warning in warnings { logger.warning("\(warning)") }
        yieldTurn()
        return report(differences, warnings: warnings)
    }

    private func yieldTurn() {
        wantsTurn = true
        trial = nil
        turn?.yield()
    }

    /// Puts the configuration before back in force after a change that did not come up; false where there is none.
    func takeBack(because reason: String) -> Bool {
        guard let wayBack else { return false }
        self.wayBack = nil
        isReturning = true
        version = wayBack.version
        let isRestored = restoreFile(wayBack)
        let remedy = isRestored ? "" : " \(file.path) still has what was refused; correct it before the next start."
        conclude(.takenBack, reason: "\(reason)\(remedy)")
        yieldTurn()
        return true
    }

    /// Whether the file says again what is in force.
    @discardableResult
    private func restoreFile(_ wayBack: WayBack) -> Bool {
        guard let text = wayBack.fileText else { return false }
        do {
            try file.replace(with: text)
            return true
        } catch {
            logger.error("the configuration's file could not be restored", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func conclude(_ outcome: ConfigurationChange.Outcome, reason: String?) {
        guard var change = record.newest, change.outcome == nil else { return }
        change.outcome = outcome
        change.reason = reason
        logger.notice("the configuration's change ended", metadata: ["outcome": "\(outcome)"])
        do {
            try record.note(change)
        } catch {
            logger.error("the change's outcome could not be written down", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: - Turns of the control plane's parts

extension ConfigurationKeeper {
    /// Lets changes be asked for from the parts that were just made; the answer has an element when they are to end.
    func begin(with trial: ConfigurationTrial) -> AsyncStream<Void> {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.turn = turn
        self.trial = trial
        return turns
    }

    /// Decides about a change as soon as its parts run.
    func judge(proxyFault: String?) {
        isReturning = false
        guard let wayBack else { return conclude(.applied, reason: nil) }
        if let proxyFault, wayBack.proxyFault == nil {
            _ = takeBack(because: "proxy: \(proxyFault)")
        } else {
            self.wayBack = nil
            conclude(.applied, reason: nil)
        }
    }

    /// Whether the parts are to be made anew now that they have ended.
    func takeTurn() -> Bool {
        defer { wantsTurn = false }
        return wantsTurn
    }
}
