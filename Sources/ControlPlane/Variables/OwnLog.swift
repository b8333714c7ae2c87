import Domain
import DurableFiles
import Foundation
package import Logging
import Secrets
import Synchronization

/// The control plane's own log: what stands in it is taken through the redactors of all environments first.
///
/// What they know is read again whenever it was replaced, so a secret is known here before anything gets it. Where that
/// cannot be read at the moment, what was known before counts: whoever is on call needs the log.
package final class OwnLog: Sendable {
    private struct Known {
        var files: [String: (stamp: FileStamp, secrets: [(name: VariableName, secret: Secret)])] = [:]
        /// Of all environments together: what a card number hides of one environment's secret would hide it from the next.
        var patterns = RedactionPatterns.none
    }

    private let folder: String
    private let keyRing: KeyRingFile
    private let known = Mutex(Known())

    package init(of folder: StateFolder) {
        self.folder = folder.knownSecrets
        keyRing = KeyRingPlace.file(otherwise: folder.keyRing)
    }

    /// A handler that passes on to another one.
    package func handler(_ handler: any LogHandler) -> any LogHandler { OwnLogHandler(handler, of: self) }

    func redacting(_ text: String) -> String {
        let patterns = known.withLock { known in
            learn(&known)
            return known.patterns
        }
        return Redactor.redacting(text, patterns)
    }

    private func learn(_ known: inout Known) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var isNew = false
        for path in files.map({ "\(folder)/\($0)" }) where path.hasSuffix(".json") {
            guard let stamp = FileStamp(path), known.files[path]?.stamp != stamp,
                let secrets = try? KnownSecrets.secrets(file: path, keyRing: keyRing)
            else { continue }
            known.files[path] = (stamp, secrets)
            isNew = true
        }
        if isNew { known.patterns = RedactionPatterns(known.files.values.flatMap(\.secrets)) }
    }
}

private struct OwnLogHandler: LogHandler {
    private var next: any LogHandler
    private let log: OwnLog

    init(_ next: any LogHandler, of log: OwnLog) {
        self.next = next
        self.log = log
    }

    var logLevel: Logger.Level {
        get { next.logLevel }
        set { next.logLevel = newValue }
    }
    var metadata: Logger.Metadata {
        get { next.metadata }
        set { next.metadata = newValue.mapValues(redacted) }
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { next[metadataKey: key] }
        set { next[metadataKey: key] = newValue.map(redacted) }
    }

    func log(event: LogEvent) {
        var metadata = event.metadata?.mapValues(redacted)
        if let error = event.error { metadata = (metadata ?? [:]).merging(["error": redacted("\(error)")]) { $1 } }
        next.log(
            event: LogEvent(
                level: event.level, message: "\(log.redacting(event.message.description))", error: nil,
                metadata: metadata, source: event.source, file: event.file,
                function: event.function, line: event.line))
    }

    private func redacted(_ value: Logger.MetadataValue) -> Logger.MetadataValue { .string(log.redacting("\(value)")) }
}
